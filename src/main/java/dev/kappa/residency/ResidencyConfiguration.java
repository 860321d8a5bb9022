package dev.kappa.residency;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import dev.kappa.home.Role;
import dev.kappa.tensor.Devices;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

@Configuration(proxyBeanMethods = false)
class ResidencyConfiguration {
    /** The rest is for the Java heap, the database and whatever else lives on the machine. */
    private static final double SHARE_OF_MAIN_MEMORY = 0.6;
    /** The rest is for the driver's context and the allocator's rounding. */
    private static final double SHARE_OF_DEVICE_MEMORY = 0.9;

    private static final Logger LOG = LoggerFactory.getLogger(Residency.class);

    /**
     * @param names of the devices to use
     * @param bytes what may be used of each; by default a share of what it has. A server without devices refuses what
     *     is larger, where it is told
     */
    @Bean
    Memory memory(
            @Value("${kappa.devices:cpu}") List<String> names,
            @Value("${kappa.device-bytes:0}") DataSize bytes,
            @Value("${kappa.role:all}") Role role,
            MeterRegistry meters) {
        if (role == Role.API) {
            return new Memory(bytes.toBytes() > 0 ? bytes.toBytes() : Long.MAX_VALUE, Clock.systemUTC(), new Meters(meters));
        }
        List<DeviceMemory> devices = names.stream()
                .map(name -> {
                    Device device = Devices.parse(name);
                    return new DeviceMemory(
                            device, name, bytes.toBytes() > 0 ? bytes.toBytes() : defaultCapacity(device));
                })
                .toList();
        Memory memory = new Memory(devices, Clock.systemUTC(), new Meters(meters));
        for (String device : names) {
            gauge(meters, memory, device, "kappa.resident.bytes", "Weights on the device", DeviceView::residentBytes);
            gauge(meters, memory, device, "kappa.reserved.bytes", "For activations of leases", DeviceView::activationBytes);
            gauge(meters, memory, device, "kappa.free.bytes", "What may still be used", DeviceView::freeBytes);
            gauge(meters, memory, device, "kappa.leases", "Blocks and requests that hold weights", DeviceView::leases);
        }
        return memory;
    }

    private static void gauge(
            MeterRegistry meters,
            Memory memory,
            String device,
            String name,
            String description,
            ToDoubleFunction<DeviceView> value) {
        Gauge.builder(name, () -> memory.view().stream()
                        .filter(view -> view.id().equals(device))
                        .mapToDouble(value)
                        .sum())
                .tag("device", device)
                .description(description)
                .register(meters);
    }

    private static long defaultCapacity(Device device) {
        if (device.isGpu()) {
            return (long) (SHARE_OF_DEVICE_MEMORY * CudaUtils.getGpuMemory(device).getMax());
        }
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return (long) (SHARE_OF_MAIN_MEMORY * system.getTotalMemorySize());
    }

    private record Meters(MeterRegistry registry) implements Memory.Watcher {
        @Override
        public void loaded(Item item, String device, long nanoseconds) {
            Timer.builder("kappa.load")
                    .tag("kind", item.shelf().label())
                    .tag("device", device)
                    .description("Time to load weights onto a device")
                    .register(registry)
                    .record(Duration.ofNanos(nanoseconds));
            LOG.info("{} {} loaded onto {} in {} ms", item.shelf().label(), item.id(), device, nanoseconds / 1_000_000);
        }

        @Override
        public void evicted(String device, int count) {
            Counter.builder("kappa.evictions").tag("device", device).register(registry).increment(count);
            LOG.info("{} evicted from {} to make room", count, device);
        }
    }
}
