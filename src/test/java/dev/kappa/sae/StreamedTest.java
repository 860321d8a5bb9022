package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dictionary that stays in its file gives the digits of one that is loaded. */
class StreamedTest {
    private static final int D = 24;
    private static final int M = 700;
    private static final String SAELENS = "{\"architecture\": \"%s\", \"d_in\": 24, \"d_sae\": 700, \"k\": 19,"
            + " \"normalize_activations\": \"layer_norm\", \"rescale_acts_by_decoder_norm\": true,"
            + " \"metadata\": {\"sae_lens_version\": \"6.0.0\"}}";

    private final Random random = new Random(11);

    @TempDir
    Path folder;

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private void saeLens(String architecture) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("W_enc", TensorData.f32(numbers(D * M), D, M));
        tensors.put("W_dec", TensorData.f16(numbers(D * M), M, D));
        tensors.put("b_dec", TensorData.f32(numbers(D), D));
        for (String vector : new String[] {"b_enc", "threshold", "b_gate", "b_mag", "r_mag"}) {
            tensors.put(vector, TensorData.f32(numbers(M), M));
        }
        Files.writeString(folder.resolve("cfg.json"), String.format(SAELENS, architecture));
        SafetensorsWriter.write(folder.resolve("sae_weights.safetensors"), tensors, Map.of());
    }

    @Test
    void withTheEncoderStoredByColumns() throws IOException {
        for (String architecture : new String[] {"standard", "jumprelu", "topk", "gated"}) {
            saeLens(architecture);
            assertSame();
        }
    }

    @Test
    void withTheDecoderStoredByColumnsAndFactorsOnBoth() throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("encoder.weight", TensorData.bf16(numbers(D * M), M, D));
        tensors.put("encoder.bias", TensorData.bf16(numbers(M), M));
        tensors.put("decoder.weight", TensorData.bf16(numbers(D * M), D, M));
        Files.createDirectories(folder.resolve("checkpoints"));
        Files.writeString(folder.resolve("hyperparams.json"), "{\"d_model\": 24, \"d_sae\": 700, \"use_decoder_bias\": false,"
                + " \"act_fn\": \"jumprelu\", \"jump_relu_threshold\": 4.5, \"norm_activation\": \"dataset-wise\","
                + " \"dataset_average_activation_norm\": {\"in\": 5, \"out\": 5}}");
        SafetensorsWriter.write(folder.resolve("checkpoints/final.safetensors"), tensors, Map.of());
        assertSame();
    }

    @Test
    void withGroupsAndASkipConnection() throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("encoder.weight", TensorData.f32(numbers(D * M), M, D));
        tensors.put("encoder.bias", TensorData.f32(numbers(M), M));
        tensors.put("W_dec", TensorData.f32(numbers(D * M), M, D));
        tensors.put("b_dec", TensorData.f32(numbers(D), D));
        tensors.put("W_skip", TensorData.f32(numbers(D * D), D, D));
        Files.writeString(folder.resolve("cfg.json"), "{\"d_in\": 24, \"num_latents\": 700, \"activation\": \"groupmax\","
                + " \"k\": 28, \"transcode\": false, \"skip_connection\": true}");
        SafetensorsWriter.write(folder.resolve("sae.safetensors"), tensors, Map.of());
        assertSame();
    }

    private void assertSame() {
        long scopes = Scope.openScopes();
        SaeFolder files = SaeFolder.open(folder);
        try (Scope scope = Scope.open(Device.cpu());
                Sae resident = files.load(Device.cpu())) {
            NDArray x = scope.manager().create(numbers(40 * D), new Shape(40, D));
            SparseCode expected = resident.encode(x);
            assertThat(expected.entries()).isGreaterThan(40);
            float[] rebuilt = resident.decode(x, expected).toFloatArray();
            float[] rows = resident.decoderRows(expected.latents()).toFloatArray();
            for (long chunk : new long[] {1, 40 * D, M * D, FileLatents.CHUNK}) {
                try (Sae streamed = files.stream(Device.cpu(), chunk * 2, chunk)) {
                    int before = scope.manager().getManagedArrays().size();
                    SparseCode code = streamed.encode(x);
                    assertThat(code.rows().toLongArray()).isEqualTo(expected.rows().toLongArray());
                    assertThat(code.latents().toLongArray()).isEqualTo(expected.latents().toLongArray());
                    assertThat(code.values().toFloatArray()).isEqualTo(expected.values().toFloatArray());
                    assertThat(code.steps().toFloatArray()).isEqualTo(expected.steps().toFloatArray());
                    if (chunk >= M * D) { // else the sum of a row may be cut
                        assertThat(streamed.decode(x, code).toFloatArray()).isEqualTo(rebuilt);
                    }
                    assertThat(streamed.decoderRows(code.latents()).toFloatArray()).isEqualTo(rows);
                    assertThat(scope.manager().getManagedArrays().size() - before).isLessThanOrEqualTo(6);
                }
            }
        }
        assertThat(Scope.openScopes()).isEqualTo(scopes);
    }

    @Test
    void itsWeightsCannotBeHadAsArrays() throws IOException {
        saeLens("standard");
        try (DenseSae sae = SaeFolder.open(folder).stream(Device.cpu())) {
            assertThatThrownBy(sae::weights)
                    .isInstanceOf(Fault.class)
                    .hasMessageContaining("width 700");
        }
    }

    @Test
    void aRowWhoseSumIsCutAgreesToRounding() throws IOException {
        saeLens("standard");
        SaeFolder files = SaeFolder.open(folder);
        try (Scope scope = Scope.open(Device.cpu());
                Sae resident = files.load(Device.cpu());
                Sae streamed = files.stream(Device.cpu(), 1 << 16, 37 * D)) {
            NDArray x = scope.manager().create(numbers(3 * D), new Shape(3, D));
            float[] expected = resident.decode(x, resident.encode(x)).toFloatArray();
            float[] found = streamed.decode(x, streamed.encode(x)).toFloatArray();
            for (int i = 0; i < expected.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(1e-3f));
            }
        }
    }
}
