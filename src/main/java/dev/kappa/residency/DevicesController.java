package dev.kappa.residency;

import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The devices and what is on them. */
@RestController
class DevicesController {
    private final Residency residency;

    DevicesController(Residency residency) {
        this.residency = residency;
    }

    record DeviceList(List<DeviceView> devices) {}

    @Operation(summary = "The devices and what is on them")
    @GetMapping("/v1/devices")
    DeviceList list() {
        return new DeviceList(residency.devices());
    }
}
