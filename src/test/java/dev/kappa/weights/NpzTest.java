package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"plain.npz", "packed.npz"})
    void readsWhatNumpyWrites(String name) {
        try (TensorFile file = TensorFiles.open(Golden.path(name)); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.tensors().keySet()).containsExactly(
                    "W_enc", "half", "double", "int", "long", "byte", "bool", "scalar", "empty", "fortran", "cube");
            assertThat(file.metadata()).isEmpty();
            assertThat(file.floats("W_enc")).isEqualTo(Golden.grid(3, 2));
            assertThat(file.floats("half")).isEqualTo(Golden.grid(2, 3));
            assertThat(file.doubles("double")).containsExactly(0, 1, 10, 11);
            assertThat(file.longs("int")).containsExactly(0, 1, 10, 11);
            assertThat(file.longs("long")).containsExactly(0, 1, 2, 3);
            assertThat(file.longs("byte")).containsExactly(0, 1, 2, 3, 4, 10, 11, 12, 13, 14);
            assertThat(file.longs("bool")).containsExactly(1, 0, 1);
            assertThat(file.info("scalar").shape()).isEmpty();
            assertThat(file.floats("scalar")).containsExactly(2.5f);
            assertThat(file.info("empty").shape()).isEqualTo(List.of(0L, 4L));
            assertThat(file.floats("empty")).isEmpty();
            assertThat(file.load("empty", scope).getShape()).isEqualTo(new Shape(0, 4));
            assertThat(file.load("W_enc", scope).toFloatArray()).isEqualTo(Golden.grid(3, 2));
            assertThat(file.loadRows("W_enc", 1, 2, scope).toFloatArray()).containsExactly(10, 11);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain.npz", "packed.npz"})
    void turnsFortranOrderAround(String name) {
        try (TensorFile file = TensorFiles.open(Golden.path(name)); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.floats("fortran")).isEqualTo(Golden.grid(3, 4));
            assertThat(file.floats("cube")).isEqualTo(Golden.count(24));
            assertThat(file.loadRows("fortran", 1, 3, scope).toFloatArray()).containsExactly(10, 11, 12, 13, 20, 21, 22, 23);
            assertThat(file.loadRows("cube", 1, 2, scope).getShape()).isEqualTo(new Shape(1, 3, 4));
        }
    }

    @Test
    void readsAllHeaderVersions() {
        try (TensorFile file = TensorFiles.open(Golden.path("versions.npz"))) {
            assertThat(file.tensors().keySet()).containsExactly("v1", "v2", "v3");
            file.tensors().keySet().forEach(name -> assertThat(file.floats(name)).isEqualTo(Golden.grid(2, 2)));
        }
    }

    @Test
    void namesTheTypeThatItCannotRead() {
        try (TensorFile file = TensorFiles.open(Golden.path("texts.npz"))) {
            assertThat(file.tensors()).containsOnlyKeys("good");
            assertThatThrownBy(() -> file.floats("big")).isInstanceOf(Fault.class).hasMessageContaining(">f4")
                    .extracting("code").isEqualTo("weights_unsupported");
            assertThatThrownBy(() -> file.longs("name")).isInstanceOf(Fault.class).hasMessageContaining("<U3");
        }
    }

    @Test
    void storedArraysShareTheFilesMemoryWhenAligned() throws IOException {
        int count = 100_000;
        String shape = "(" + count + ",)";
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
        // The local header takes 30 bytes and a name of 5, the array's 10 and its text: pad to a multiple of 4.
        byte[] array = Zips.npy(header + " ".repeat(3 - (30 + 5 + 10 + header.length()) % 4), 4 * count);
        ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN).putFloat(array.length - 4, 7);
        Path path = folder.resolve("aligned.npz");
        Files.write(path, Zips.stored(Map.of("a.npy", array)));
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            assertThat(((TensorTable) file).find("a").elements().map(0, count)).isPresent();
            assertThat(file.load("a", scope).getFloat(count - 1)).isEqualTo(7);
        }
    }

    @Test
    void aFileWithoutExtensionIsKnownByItsContent() throws IOException {
        Path path = folder.resolve("8f14e45fceea");
        Files.copy(Golden.path("plain.npz"), path);
        try (TensorFile file = TensorFiles.open(path)) {
            assertThat(file.floats("scalar")).containsExactly(2.5f);
        }
    }
}
