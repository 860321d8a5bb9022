package dev.kappa.residency;

import ai.djl.Device;
import dev.kappa.catalog.Catalog;
import dev.kappa.catalog.Dependents;
import dev.kappa.catalog.Shelf;
import dev.kappa.experiment.Needs;
import dev.kappa.fault.Fault;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.ModelFolder;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SaeFolder;
import jakarta.annotation.PreDestroy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;

/**
 * Loads models and dictionaries onto devices on demand, under one ledger of bytes for each device. What is
 * leased stays; what is not leased stays while there is room, and goes least recently used first.
 */
@Service
public class Residency implements Dependents {
    private final Catalog catalog;
    private final Memory memory;

    Residency(Catalog catalog, Memory memory) {
        this.catalog = catalog;
        this.memory = memory;
    }

    /**
     * Everything the needs name, on one device, with room for activations. Loads what is missing. A user fault
     * {@code too_large_for_device} where no device could ever hold it; a resources fault {@code device_full}
     * where other leases are in the way now. Both say the two numbers.
     */
    public Lease lease(Needs needs, long activationBytes) {
        return new Held(memory.lease(items(needs, activationBytes), activationBytes, Optional.empty()), needs);
    }

    /** Refuses needs that no device could ever hold, before a run is accepted. */
    public void requireFits(Needs needs, long activationBytes) {
        memory.requireFits(items(needs, activationBytes), activationBytes);
    }

    /**
     * A part of what a run has on its device.
     *
     * @param kind {@code model} or {@code sae}
     * @param streamed true where it does not fit beside the rest and stays in its file for the most part
     * @param loaded true where a device has it now
     */
    public record Part(String kind, String id, long bytes, boolean streamed, boolean loaded) {}

    /** What a run of these needs has on its device. */
    public List<Part> parts(Needs needs, long activationBytes) {
        return items(needs, activationBytes).stream()
                .map(item -> new Part(
                        item.shelf().label(),
                        item.id(),
                        item.bytes(),
                        item.streamed(),
                        memory.missingBytes(List.of(item)) == 0))
                .toList();
    }

    /** Bytes of weights that a run of these needs would still have to load, on the device that has most of them. */
    public long missingBytes(Needs needs) {
        return memory.missingBytes(items(needs, 0));
    }

    /** Loads something ahead of its use. */
    public void load(Shelf shelf, String id, Optional<String> device) {
        memory.lease(alone(shelf, id), 0, device).close();
    }

    /** Loads something and keeps it, whatever else wants the room. */
    public void pin(Shelf shelf, String id, Optional<String> device) {
        try (Memory.Held held = memory.lease(alone(shelf, id), 0, device)) {
            held.pin();
        }
    }

    /** Lets something go again when others want the room. */
    public void unpin(Shelf shelf, String id) {
        memory.unpin(shelf, id);
    }

    /** Frees something; false where a lease is in the way. */
    public boolean unload(Shelf shelf, String id, Optional<String> device) {
        return memory.unload(shelf, id, device);
    }

    /** Each device with what is on it. */
    public List<DeviceView> devices() {
        return memory.view();
    }

    @Override
    public Optional<String> needs(Shelf shelf, String id) {
        int leases = memory.leases(shelf, id);
        return leases == 0 ? Optional.empty() : Optional.of(leases + " leases hold it on a device");
    }

    @Override
    public void deleted(Shelf shelf, String id) {
        memory.unload(shelf, id, Optional.empty());
    }

    @PreDestroy
    void close() {
        memory.clear();
    }

    private List<Item> items(Needs needs, long activationBytes) {
        List<Choice> choices = new ArrayList<>();
        needs.model().ifPresent(id -> choices.add(choice(Shelf.MODEL, id)));
        needs.saes().stream().distinct().forEach(id -> choices.add(choice(Shelf.SAE, id)));
        return Choice.fit(choices, activationBytes, memory.largestCapacity());
    }

    private List<Item> alone(Shelf shelf, String id) {
        return Choice.fit(List.of(choice(shelf, id)), 0, memory.largestCapacity());
    }

    private Choice choice(Shelf shelf, String id) {
        String hash = catalog.hash(shelf, id);
        return switch (shelf) {
            case MODEL -> {
                ModelFolder folder = catalog.model(id);
                yield Choice.whole(
                        new Item(shelf, id, hash, false, folder.architecture().parameterBytes(), folder::load));
            }
            case SAE -> {
                SaeFolder folder = catalog.sae(id);
                yield new Choice(
                        new Item(shelf, id, hash, false, folder.shape().bytes(), folder::load),
                        Optional.of(new Item(shelf, id, hash, true, folder.streamedBytes(), folder::stream)));
            }
            case CORPUS -> throw Fault.user("not_loadable", "corpus '" + id + "' is not loaded onto a device");
        };
    }

    private record Held(Memory.Held held, Needs needs) implements Lease {
        @Override
        public Device device() {
            return held.device();
        }

        @Override
        public LanguageModel model() {
            String id = needs.model()
                    .orElseThrow(() -> Fault.internal("no_model", "this experiment names no model", null));
            return (LanguageModel) held.loaded(Shelf.MODEL, id).orElseThrow();
        }

        @Override
        public Sae sae(String id) {
            return (Sae) held.loaded(Shelf.SAE, id)
                    .orElseThrow(() -> Fault.internal(
                            "no_sae", "sae '" + id + "' is not among those the run names: " + needs.saes(), null));
        }

        @Override
        public void close() {
            held.close();
        }
    }
}
