package dev.kappa.residency;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.catalog.Shelf;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.ModelFolder;
import dev.kappa.lm.TinyModels;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("torch")
class UnloadFreesMemoryTest {
    private static final int PAGE = 4096;

    @Test
    void a_hundred_loads_and_unloads_leave_nothing(@TempDir Path folder) throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/statm")), "resident memory is read from /proc");
        TinyModels.neox(folder, 1, new TinyModels.Sizes(3, 512, 8, 2000, 64));
        ModelFolder model = ModelFolder.open(folder);
        long bytes = model.architecture().parameterBytes();
        Item item = new Item(Shelf.MODEL, "m", "hash", false, bytes, model::load);
        Memory memory = new Memory(
                List.of(new DeviceMemory(Device.cpu(), "cpu", 2 * bytes)), Clock.systemUTC(), new Silent());
        long scopes = Scope.openScopes();

        long before = cycles(memory, item, 30);
        long after = cycles(memory, item, 100);

        System.out.printf("resident memory: %d MiB, and %d MiB after 100 loads of %d MiB%n",
                before >> 20, after >> 20, bytes >> 20);
        assertThat(Scope.openScopes()).isEqualTo(scopes);
        assertThat(memory.view().get(0).usedBytes()).isZero();
        assertThat(after).as("resident bytes after, %d before", before).isLessThan(before + before / 20);
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
                LanguageModel model = (LanguageModel) held.loaded(Shelf.MODEL, "m").orElseThrow();
                NDArray tokens = scope.manager().create(new long[][] {{1, 2, 3, 4}});
                model.forward(tokens, Hooks.none()).toFloatArray();
            }
            assertThat(memory.unload(Shelf.MODEL, "m", Optional.empty())).isTrue();
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
