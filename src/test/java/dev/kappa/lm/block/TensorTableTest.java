package dev.kappa.lm.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorTableTest {
    private static final TensorTable TIED = new TensorTable().embeddings("in", "out", true, 2, 3).ignoring("mask\\d");
    private static final TensorTable UNTIED = new TensorTable().embeddings("in", "out", false, 2, 3);
    private static final TensorData MATRIX = TensorData.f32(new float[6], 2, 3);

    @TempDir
    Path folder;

    @Test
    void tiedEmbeddingsMayStandUnderEitherName() {
        try (TensorFile first = file(Map.of("in", MATRIX));
                TensorFile second = file(Map.of("out", MATRIX));
                TensorFile both = file(Map.of("in", MATRIX, "out", MATRIX))) {
            assertThatCode(() -> TIED.check(first)).doesNotThrowAnyException();
            assertThatCode(() -> TIED.check(second)).doesNotThrowAnyException();
            assertThatCode(() -> TIED.check(both)).doesNotThrowAnyException();
            assertThat(TIED.stored("in", first)).isEqualTo("in");
            assertThat(TIED.stored("in", second)).isEqualTo("out");
            assertThat(TIED.stored("in", both)).isEqualTo("in");
        }
    }

    @Test
    void untiedEmbeddingsNeedBothNames() {
        try (TensorFile first = file(Map.of("in", MATRIX))) {
            assertThatThrownBy(() -> UNTIED.check(first)).hasMessage("there is no tensor 'out', wanted [2, 3]");
        }
        assertThat(UNTIED.bytes()).isEqualTo(2 * TIED.bytes()).isEqualTo(48);
    }

    @Test
    void onlyListedBuffersAreIgnored() {
        try (TensorFile mask = file(Map.of("in", MATRIX, "mask1", TensorData.i64(new long[1], 1)));
                TensorFile other = file(Map.of("in", MATRIX, "masks", MATRIX))) {
            assertThatCode(() -> TIED.check(mask)).doesNotThrowAnyException();
            assertThatThrownBy(() -> TIED.check(other))
                    .hasMessage("tensor 'masks' has no place in a model of this configuration");
        }
    }

    @Test
    void numbersThatAreNotFloatingAreRefused() {
        try (TensorFile integers = file(Map.of("in", TensorData.i64(new long[6], 2, 3)))) {
            assertThatThrownBy(() -> TIED.check(integers))
                    .hasMessage("tensor 'in' is I64 [2, 3], wanted floating numbers [2, 3]");
        }
    }

    private TensorFile file(Map<String, TensorData> tensors) {
        Path path = folder.resolve(String.join("-", tensors.keySet()) + tensors.hashCode() + ".safetensors");
        SafetensorsWriter.write(path, tensors, Map.of());
        return TensorFiles.open(path);
    }
}
