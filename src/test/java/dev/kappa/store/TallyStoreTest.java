package dev.kappa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.experiment.Tally;
import dev.kappa.fault.Fault;
import dev.kappa.testing.KappaServer;
import dev.kappa.home.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TallyStoreTest {
    private final KappaServer server = KappaServer.shared();
    private final TallyStore store = server.bean(TallyStore.class);
    private final Path folder = server.bean(Home.class).directory().resolve("tallies");

    private static Tally tally() {
        return new Tally()
                .put("a/sum", new double[] {1.5, Double.NaN, Double.NEGATIVE_INFINITY, -0.0, 4, 5}, 2, 3)
                .put("count", 7)
                .put("weights", new float[] {1, 2, 3, 4}, 4, 1);
    }

    @Test
    void aTallyComesBackBitByBitWithItsShapes() {
        StoredTally stored = store.write("round-trip", 3, tally());
        Tally read = store.read("round-trip", 3, stored.hash());
        assertThat(read.entries().keySet()).isEqualTo(tally().entries().keySet());
        tally().entries().forEach((name, entry) -> {
            assertThat(read.entries().get(name).f64()).isEqualTo(entry.f64());
            assertThat(read.entries().get(name).f32()).isEqualTo(entry.f32());
            assertThat(read.entries().get(name).shape()).isEqualTo(entry.shape());
        });
        assertThat(1 / read.doubles("a/sum")[3]).as("-0.0").isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void equalTalliesAreOneFileAndNothingElseIsLeft() throws IOException {
        StoredTally first = store.write("equal", 0, tally());
        assertThat(store.write("equal", 0, tally())).isEqualTo(first);
        store.write("equal", 0, tally().put("count", 8));
        try (Stream<Path> files = Files.list(folder.resolve("equal"))) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aTallyThatChangedOnDiskIsNotRead() throws IOException {
        StoredTally stored = store.write("changed", 0, tally());
        Path file = folder.resolve("changed").resolve("0-" + stored.hash() + ".safetensors");
        Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> store.read("changed", 0, stored.hash()))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("is not what was written");
        Files.delete(file);
        assertThatThrownBy(() -> store.read("changed", 0, stored.hash()))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("cannot be read");
    }
}
