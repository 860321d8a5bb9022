package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchCheckpointTest {
    @TempDir
    Path folder;

    @Test
    void readsTheStateOfAModule() {
        try (TensorFile file = TensorFiles.open(Golden.path("ae.pt"))) {
            assertThat(file.tensors().keySet())
                    .containsExactly("bias", "encoder.weight", "encoder.bias", "decoder.weight");
            assertThat(file.info("encoder.weight"))
                    .isEqualTo(new TensorInfo("encoder.weight", ElementType.F32, List.of(3L, 2L)));
            assertThat(file.floats("encoder.weight")).isEqualTo(Golden.grid(3, 2));
            assertThat(file.floats("decoder.weight")).isEqualTo(Golden.grid(2, 3));
            assertThat(file.floats("encoder.bias")).containsExactly(0, 1, 2);
            assertThat(file.floats("bias")).containsExactly(0, 0);
        }
    }

    @Test
    void readsParametersAndDictionariesWithinDictionaries() {
        try (TensorFile file = TensorFiles.open(Golden.path("nested.pt"))) {
            assertThat(file.tensors().keySet()).containsExactly("p", "plain.inner.w");
            assertThat(file.floats("p")).isEqualTo(Golden.grid(3, 2));
            assertThat(file.floats("plain.inner.w")).containsExactly(1, 1);
        }
    }

    @Test
    void gathersViewsOfASharedStorage() {
        try (TensorFile file = TensorFiles.open(Golden.path("views.pt")); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.floats("base")).isEqualTo(Golden.grid(3, 4));
            assertThat(file.info("transposed").shape()).isEqualTo(List.of(4L, 3L));
            assertThat(file.floats("transposed")).containsExactly(0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23);
            assertThat(file.load("transposed", scope).getShape()).isEqualTo(new Shape(4, 3));
            assertThat(file.loadRows("transposed", 2, 4, scope).toFloatArray()).containsExactly(2, 12, 22, 3, 13, 23);
            assertThat(file.floats("column")).containsExactly(1, 11, 21);
            assertThat(file.floats("block")).containsExactly(11, 12, 21, 22);
            assertThat(file.floats("row")).containsExactly(20, 21, 22, 23);
            assertThat(file.info("scalar").shape()).isEmpty();
            assertThat(file.doubles("scalar")).containsExactly(23);
            assertThat(file.floats("empty")).isEmpty();
            float[] cube = file.floats("cube");
            assertThat(file.info("cube").shape()).isEqualTo(List.of(4L, 2L, 3L));
            for (int i = 0; i < 24; i++) {
                assertThat(cube[i]).isEqualTo(12 * (i / 3 % 2) + 4 * (i % 3) + i / 6);
            }
        }
    }

    @Test
    void readsEveryType() {
        try (TensorFile file = TensorFiles.open(Golden.path("types.pt"))) {
            for (String name : List.of("float64", "float32", "float16", "bfloat16")) {
                assertThat(file.floats(name)).containsExactly(1, 0, -1);
                assertThat(file.doubles(name)).containsExactly(1, 0, -1);
            }
            for (String name : List.of("int64", "int32", "int16", "int8")) {
                assertThat(file.longs(name)).containsExactly(1, 0, -1);
            }
            for (String name : List.of("uint8", "bool")) {
                assertThat(file.longs(name)).containsExactly(1, 0, 1);
            }
            assertThat(file.info("bfloat16").type()).isEqualTo(ElementType.BF16);
        }
    }

    @Test
    void runsNothingThatAPickleNames() {
        Hostile.assertRefused(Golden.path("system.pt"), "posix system");
    }

    @Test
    void refusesATensorThatIsNotInADictionary() {
        Hostile.assertRefused(Golden.path("bare.pt"), "not a dictionary");
    }

    @Test
    void saysWhatToDoWithAnOldFile() throws IOException {
        Path unnamed = folder.resolve("old");
        Files.copy(Golden.path("legacy.pt"), unnamed);
        for (Path path : List.of(Golden.path("legacy.pt"), unnamed)) {
            assertThatThrownBy(() -> TensorFiles.open(path)).isInstanceOf(Fault.class)
                    .hasMessageContaining("torch.save").extracting("code").isEqualTo("weights_unsupported");
        }
    }

    @Test
    void aFileWithoutExtensionIsKnownByItsContent() throws IOException {
        Path path = folder.resolve("8f14e45fceea");
        Files.copy(Golden.path("ae.pt"), path);
        try (TensorFile file = TensorFiles.open(path)) {
            assertThat(file.floats("encoder.bias")).containsExactly(0, 1, 2);
        }
    }
}
