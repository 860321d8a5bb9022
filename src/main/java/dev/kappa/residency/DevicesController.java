package dev.kappa.residency;

import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The devices and what is on them. */
@RestController
class DevicesController {
    private final Residency residency;
    private final int lanes;

    DevicesController(Residency residency, @Value("${kappa.engine.lanes:0}") int lanes) {
        this.residency = residency;
        this.lanes = lanes;
    }

    /** @param lanes how many blocks this server measures at once on all of them */
    record DeviceList(int lanes, List<DeviceView> devices) {}

    @Operation(summary = "The devices and what is on them")
    @GetMapping("/v1/devices")
    DeviceList list() {
        List<DeviceView> devices = residency.devices();
        return new DeviceList(lanes > 0 && !devices.isEmpty() ? lanes : devices.size(), devices);
    }
}
