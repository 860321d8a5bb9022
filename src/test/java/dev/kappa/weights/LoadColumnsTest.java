package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadColumnsTest {
    private static final int ROWS = 7;
    private static final int COLUMNS = 90_000;

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void writeNumbersThatNameTheirPlace() {
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        path = folder.resolve("a.safetensors");
        SafetensorsWriter.write(path, Map.of(
                "wide", TensorData.f32(values, ROWS, COLUMNS),
                "half", TensorData.bf16(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
                "vector", TensorData.f32(new float[4], 4)), Map.of());
    }

    @Test
    void columnsOfEveryRowAreReadWithoutTheRest() {
        try (Scope scope = Scope.open(Device.cpu()); TensorFile file = TensorFiles.open(path)) {
            for (int[] range : new int[][] {{0, 1}, {17, 70_000}, {89_999, 90_000}, {0, COLUMNS}}) {
                NDArray columns = file.loadColumns("wide", range[0], range[1], scope);
                assertThat(columns.getShape()).isEqualTo(new Shape(ROWS, range[1] - range[0]));
                float[] found = columns.toFloatArray();
                for (int i = 0; i < found.length; i++) {
                    int width = range[1] - range[0];
                    assertThat(found[i]).isEqualTo((float) (i / width * COLUMNS + range[0] + i % width));
                }
            }
            assertThat(file.loadColumns("half", 1, 3, scope).toFloatArray()).containsExactly(2, 3, 5, 6);
            assertThat(file.loadColumns("half", 2, 2, scope).getShape()).isEqualTo(new Shape(2, 0));
        }
    }

    @Test
    void columnsThatAreNotThereAreRefused() {
        try (Scope scope = Scope.open(Device.cpu()); TensorFile file = TensorFiles.open(path)) {
            assertThatThrownBy(() -> file.loadColumns("half", 1, 4, scope))
                    .isInstanceOf(Fault.class).hasMessageContaining("columns 1 to 4");
            assertThatThrownBy(() -> file.loadColumns("vector", 0, 1, scope))
                    .isInstanceOf(Fault.class).hasMessageContaining("[4]");
        }
    }

    @Test
    void columnsOfACompressedMatrixAreRefused() throws IOException {
        Path packed = folder.resolve("packed.npz");
        Files.write(packed, Zips.deflated(Map.of("a.npy", Zips.npy("<f4", "(4, 3)", 48))));
        try (Scope scope = Scope.open(Device.cpu()); TensorFile file = TensorFiles.open(packed)) {
            assertThatThrownBy(() -> file.loadColumns("a", 0, 1, scope))
                    .isInstanceOf(Fault.class).hasMessageContaining("compressed");
        }
    }
}
