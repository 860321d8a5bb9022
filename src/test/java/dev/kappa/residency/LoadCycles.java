package dev.kappa.residency;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.catalog.Shelf;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.ModelFolder;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * A process that loads and unloads a model again and again and does nothing else, so that its resident memory tells
 * whether anything stays. Writes to a file: bytes of weights, resident bytes after 30 cycles and after 100 more, scopes left
 * open, bytes left in the ledger.
 */
final class LoadCycles {
    private static final int PAGE = 4096;

    private LoadCycles() {}

    public static void main(String[] arguments) throws IOException {
        ModelFolder model = ModelFolder.open(Path.of(arguments[0]));
        long bytes = model.architecture().parameterBytes();
        Item item = new Item(Shelf.MODEL, "m", "hash", false, bytes, model::load);
        Memory memory =
                new Memory(List.of(new DeviceMemory(Device.cpu(), "cpu", 2 * bytes)), Clock.systemUTC(), new Silent());
        long before = cycles(memory, item, 30);
        long after = cycles(memory, item, 100);
        Files.writeString(
                Path.of(arguments[1]),
                "%d %d %d %d %d"
                        .formatted(bytes, before, after, Scope.openScopes(), memory.view().get(0).usedBytes()));
    }

    /**
     * Loads, runs a pass so that every weight is touched, and unloads. Returns the least memory seen after the
     * last ten: files are unmapped by another thread, a moment later.
     */
    private static long cycles(Memory memory, Item item, int count) throws IOException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            try (Memory.Held held = memory.lease(List.of(item), 0, Optional.empty());
                    Scope scope = Scope.open(held.device())) {
                LanguageModel model =
                        (LanguageModel) held.loaded(Shelf.MODEL, "m").orElseThrow();
                NDArray tokens = scope.manager().create(new long[][] {{1, 2, 3, 4}});
                model.forward(tokens, Hooks.none()).toFloatArray();
            }
            if (!memory.unload(Shelf.MODEL, "m", Optional.empty())) {
                throw new IllegalStateException("a lease is left");
            }
            least = i < count - 10 ? least : Math.min(least, residentBytes());
        }
        return least;
    }

    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE;
    }

    private static final class Silent implements Memory.Watcher {
        @Override
        public void loaded(Item item, String device, long nanoseconds) {}

        @Override
        public void evicted(String device, int count) {}
    }
}
