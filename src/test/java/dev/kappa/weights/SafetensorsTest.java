package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    private static final float[] SIX = {1, -2.5f, 0, 0.333251953125f, 65504, -0x1p-14f};

    @TempDir
    Path folder;

    private Map<String, TensorData> oneOfEach() {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("half", TensorData.f16(SIX, 2, 3));
        tensors.put("float", TensorData.f32(SIX, 3, 2));
        tensors.put("brain", TensorData.bf16(new float[] {1, -2.5f}, 2));
        tensors.put("double", TensorData.f64(new double[] {Math.PI}));
        tensors.put("long", TensorData.i64(new long[] {Long.MIN_VALUE, 7}, 2, 1));
        tensors.put("none", TensorData.f32(new float[0], 4, 0));
        tensors.put("rows", TensorData.rows(ElementType.F32, 3, 2, row -> new float[] {row, row + 0.5f}));
        return tensors;
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Path path = folder.resolve("round.safetensors");
        SafetensorsWriter.write(path, oneOfEach(), Map.of("seed", "7", "näme", "\"\n€"));
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.metadata()).isEqualTo(Map.of("seed", "7", "näme", "\"\n€"));
            assertThat(file.tensors().keySet())
                    .containsExactly("long", "double", "float", "none", "rows", "brain", "half");
            assertThat(file.info("half")).isEqualTo(new TensorInfo("half", ElementType.F16, List.of(2L, 3L)));
            assertThat(file.floats("half")).isEqualTo(SIX);
            assertThat(file.floats("float")).isEqualTo(SIX);
            assertThat(file.floats("brain")).containsExactly(1, -2.5f);
            assertThat(file.doubles("double")).containsExactly(Math.PI);
            assertThat(file.floats("double")).containsExactly((float) Math.PI);
            assertThat(file.longs("long")).containsExactly(Long.MIN_VALUE, 7);
            assertThat(file.floats("none")).isEmpty();
            assertThat(file.doubles("rows")).containsExactly(0, 0.5, 1, 1.5, 2, 2.5);
            for (String name : List.of("half", "float", "brain", "double", "none", "rows")) {
                NDArray array = file.load(name, scope);
                assertThat(array.getDataType()).isEqualTo(DataType.FLOAT32);
                assertThat(array.getShape()).isEqualTo(new Shape(file.info(name).shape()));
                assertThat(array.toFloatArray()).isEqualTo(file.floats(name));
            }
            assertThat(file.loadRows("float", 1, 3, scope).toFloatArray()).containsExactly(0, 0.333251953125f, 65504, -0x1p-14f);
            assertThat(file.loadRows("float", 3, 3, scope).getShape()).isEqualTo(new Shape(0, 2));
        }
    }

    @Test
    void readsWhatTheReferenceWritesAndWritesTheSameBytes() throws IOException {
        Path golden = Golden.path("reference.safetensors");
        try (TensorFile file = TensorFiles.open(golden)) {
            assertThat(file.floats("b.float")).isEqualTo(Golden.grid(3, 2));
            assertThat(file.floats("zz.half")).isEqualTo(Golden.grid(2, 3));
            assertThat(file.floats("brain")).isEqualTo(Golden.grid(2, 2));
            assertThat(file.floats("a/float")).containsExactly(2.5f);
            assertThat(file.longs("ünï\"code")).containsExactly(-1, 2);
        }
        Map<String, TensorData> tensors = Map.of(
                "zz.half", TensorData.f16(Golden.grid(2, 3), 2, 3),
                "b.float", TensorData.f32(Golden.grid(3, 2), 3, 2),
                "a/float", TensorData.f32(new float[] {2.5f}),
                "brain", TensorData.bf16(Golden.grid(2, 2), 2, 2),
                "double", TensorData.f64(new double[] {0, 1, 10, 11}, 2, 2),
                "ünï\"code", TensorData.i64(new long[] {-1, 2}, 2),
                "empty", TensorData.f32(new float[0], 0, 3));
        assertThat(SafetensorsWriter.toBytes(tensors, Map.of("format", "pt"))).isEqualTo(Files.readAllBytes(golden));
    }

    @Test
    void equalInputGivesEqualBytesWhateverTheOrder() throws IOException {
        Map<String, String> metadata = Map.of("a", "1", "b", "2", "c", "3");
        byte[] bytes = SafetensorsWriter.toBytes(oneOfEach(), metadata);
        assertThat(SafetensorsWriter.toBytes(new TreeMap<>(oneOfEach()), new TreeMap<>(metadata))).isEqualTo(bytes);
        Path path = folder.resolve("same.safetensors");
        SafetensorsWriter.write(path, oneOfEach(), metadata);
        SafetensorsWriter.write(path, oneOfEach(), metadata);
        assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
        assertThat(Files.list(folder)).containsExactly(path);
    }

    @Test
    void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path path = folder.resolve("kept.safetensors");
        Files.writeString(path, "old");
        TensorData failing = TensorData.rows(ElementType.F32, 2, 1, row -> {
            throw new IllegalStateException("no row");
        });
        assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of("a", failing), Map.of()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Files.readString(path)).isEqualTo("old");
        assertThat(Files.list(folder)).containsExactly(path);
    }

    @Test
    void aMissingTensorIsNamedWithTheOnesThatThereAre() {
        try (TensorFile file = written(oneOfEach())) {
            assertFault(() -> file.info("W_enc"), "tensor_missing", "'W_enc'", "half");
            assertFault(() -> file.floats("long"), "tensor_type", "'long'", "I64");
            assertFault(() -> file.longs("half"), "tensor_type", "'half'", "F16");
        }
    }

    @Test
    void rowsOutsideTheTensorAreRefused() {
        try (TensorFile file = written(oneOfEach()); Scope scope = Scope.open(Device.cpu())) {
            assertFault(() -> file.loadRows("float", -1, 2, scope), "rows_out_of_range", "-1");
            assertFault(() -> file.loadRows("float", 0, 4, scope), "rows_out_of_range", "4", "[3, 2]");
            assertFault(() -> file.loadRows("float", 2, 1, scope), "rows_out_of_range", "2 to 1");
            assertFault(() -> file.loadRows("double", 0, 1, scope), "rows_out_of_range", "[]");
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertFault(() -> TensorFiles.open(folder.resolve("none.safetensors")), "weights_missing", "none.safetensors");
        assertFault(() -> TensorFiles.open(folder), "weights_missing", folder.getFileName().toString());
    }

    @Test
    void aFileThatBecomesShorterIsAFault() throws IOException {
        Path path = folder.resolve("short.safetensors");
        SafetensorsWriter.write(path, Map.of("a", TensorData.f32(new float[100_000], 100_000)), Map.of());
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            Files.write(path, java.util.Arrays.copyOf(Files.readAllBytes(path), 1000));
            assertFault(() -> file.floats("a"), "weights_changed", "short.safetensors");
            assertFault(() -> file.load("a", scope), "weights_changed", "short.safetensors");
        }
    }

    @Test
    void anInterruptedReadDoesNotSpoilTheFileForOthers() {
        try (TensorFile file = written(oneOfEach())) {
            Thread.currentThread().interrupt();
            assertFault(() -> file.floats("half"), "weights_interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.floats("half")).isEqualTo(SIX);
        }
    }

    @Test
    void aClosedFileIsNotRead() {
        TensorFile file = written(oneOfEach());
        file.close();
        assertFault(() -> file.floats("half"), "weights_closed", "written.safetensors");
    }

    private TensorFile written(Map<String, TensorData> tensors) {
        Path path = folder.resolve("written.safetensors");
        SafetensorsWriter.write(path, tensors, Map.of());
        return TensorFiles.open(path);
    }

    private static void assertFault(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code, String... said) {
        assertThatThrownBy(call).isInstanceOf(Fault.class)
                .satisfies(fault -> assertThat(List.of(said)).allSatisfy(part -> assertThat(fault).hasMessageContaining(part)))
                .extracting("code").isEqualTo(code);
    }
}
