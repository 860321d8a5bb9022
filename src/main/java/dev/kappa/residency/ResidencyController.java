package dev.kappa.residency;

import dev.kappa.catalog.Catalog;
import dev.kappa.catalog.Refusal;
import dev.kappa.catalog.Shelf;
import dev.kappa.fault.Refuses;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import java.util.Optional;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Loads, unloads and pins models and dictionaries. */
@RestController
class ResidencyController {
    private final Catalog catalog;
    private final Residency residency;

    ResidencyController(Catalog catalog, Residency residency) {
        this.catalog = catalog;
        this.residency = residency;
    }

    /** Where; any device, or of {@code :unload} all, where none is named. */
    record Where(String device) {}

    /** Where, and whether to pin or to take the pin away. */
    record Pin(String device, Boolean pinned) {}

    /** Where something is now. */
    record Placement(String id, List<Place> places) {}

    /** On a device. */
    record Place(String device, long bytes, boolean streamed, int leases, boolean pinned) {}

    @Operation(summary = "Load a model or dictionary onto a device")
    @Refuses(status = 404, codes = {"unknown_model", "unknown_sae"})
    @Refuses(status = 422, codes = "unknown_device", open = true)
    @Refuses(status = 503, codes = "out_of_memory", open = true)
    @PostMapping("/v1/{shelf:models|saes}/{id}:load")
    Placement load(@PathVariable String shelf, @PathVariable String id, @RequestBody Optional<Where> where) {
        Shelf on = shelf(shelf, id);
        residency.load(on, id, where.map(Where::device));
        return placement(on, id);
    }

    @Operation(summary = "Free what a model or dictionary takes on devices")
    @Refuses(status = 404, codes = {"unknown_model", "unknown_sae"})
    @Refuses(status = 409, codes = "in_use")
    @Refuses(status = 422, codes = "unknown_device", open = true)
    @PostMapping("/v1/{shelf:models|saes}/{id}:unload")
    Placement unload(@PathVariable String shelf, @PathVariable String id, @RequestBody Optional<Where> where) {
        Shelf on = shelf(shelf, id);
        if (!residency.unload(on, id, where.map(Where::device))) {
            throw Refusal.conflict("in_use", on.label() + " '" + id + "' is leased by a run");
        }
        return placement(on, id);
    }

    @Operation(summary = "Keep a model or dictionary on a device, or no longer")
    @Refuses(status = 404, codes = {"unknown_model", "unknown_sae"})
    @Refuses(status = 422, codes = "unknown_device", open = true)
    @Refuses(status = 503, codes = "out_of_memory", open = true)
    @PostMapping("/v1/{shelf:models|saes}/{id}:pin")
    Placement pin(@PathVariable String shelf, @PathVariable String id, @RequestBody Optional<Pin> pin) {
        Shelf on = shelf(shelf, id);
        if (pin.map(Pin::pinned).orElse(true)) {
            residency.pin(on, id, pin.map(Pin::device));
        } else {
            residency.unpin(on, id);
        }
        return placement(on, id);
    }

    private Placement placement(Shelf shelf, String id) {
        return new Placement(
                id,
                residency.devices().stream()
                        .flatMap(device -> device.residents().stream()
                                .filter(resident -> resident.names(shelf, id))
                                .map(resident -> new Place(
                                        device.id(),
                                        resident.bytes(),
                                        resident.streamed(),
                                        resident.leases(),
                                        resident.pinned())))
                        .toList());
    }

    /** The shelf of an address under which the id must be registered. */
    private Shelf shelf(String plural, String id) {
        Shelf shelf = plural.equals("models") ? Shelf.MODEL : Shelf.SAE;
        if (!catalog.has(shelf, id)) {
            throw Refusal.notFound("unknown_" + shelf.label(), shelf.label() + " '" + id + "' is not registered");
        }
        return shelf;
    }
}
