package dev.kappa.tensor;

import ai.djl.Device;
import dev.kappa.fault.Fault;

/** Devices by the names users write: {@code cpu}, {@code cuda:0}. */
public final class Devices {
    private Devices() {}

    public static Device parse(String name) {
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        if (name.matches("cuda:\\d{1,3}")) {
            return Device.gpu(Integer.parseInt(name.substring(5)));
        }
        throw Fault.user("unknown_device", "device '" + name + "' is neither 'cpu' nor 'cuda:<number>'");
    }

    public static String name(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
    }
}
