package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.HookPoint.Site;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparsifyTest {
    @TempDir
    Path root;

    private Path folder(String name, String config) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("encoder.weight", TensorData.f32(Tiny.encoder(), 8, 4));
        tensors.put("encoder.bias", TensorData.f32(Tiny.BIAS, 8));
        tensors.put("W_dec", TensorData.f32(Tiny.decoder(), 8, 4));
        tensors.put("b_dec", TensorData.f32(Tiny.DECODER_BIAS, 4));
        if (config.contains("\"skip_connection\": true")) {
            // takes the third entry of the activation to the first
            tensors.put("W_skip", TensorData.f32(new float[] {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 4, 4));
        }
        Path folder = Files.createDirectories(root.resolve(name));
        Files.writeString(folder.resolve("cfg.json"), config);
        SafetensorsWriter.write(folder.resolve("sae.safetensors"), tensors, Map.of());
        return folder;
    }

    @Test
    void theDecoderBiasIsSubtractedAndTheKLargestAreKept() throws IOException {
        Path folder = folder("layers.3.mlp", "{\"expansion_factor\": 32, \"normalize_decoder\": true, \"num_latents\": 8,"
                + " \"k\": 3, \"signed\": false, \"d_in\": 4}");
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(sae.shape().activation()).isEqualTo("topk");
            assertThat(sae.shape().hook()).contains(new HookPoint(Site.MLP_OUT, 3));
            assertThat(sae.shape().skipsStart()).isFalse();
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 0, 0, 0, 0, 0, 3, 2);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(3, 0, 21, 16);
            assertThat(Tiny.features(sae, 1, 0, 0, 0)).containsExactly(0, 0, 0, .5f, 0, 0, 0, 0);
        }
    }

    @Test
    void groupmaxKeepsTheLargestOfEachGroup() throws IOException {
        Path folder = folder("layers.0", "{\"expansion_factor\": 2, \"activation\": \"groupmax\", \"k\": 4, \"d_in\": 4}");
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(sae.shape().hook()).contains(HookPoint.residPost(0));
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 0, 1, 0, 0, 1, 3, 0);
            assertThat(Tiny.features(sae, 1, 0, 0, 0)).containsExactly(0, 0, 0, .5f, 0, 0, 0, 0);
        }
    }

    @Test
    void aSkipConnectionReadsTheActivationItself() throws IOException {
        Path folder = folder("layers.1.attention", "{\"num_latents\": 8, \"k\": 1, \"d_in\": 4, \"skip_connection\": true,"
                + " \"transcode\": false}");
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(sae.shape().hook()).contains(new HookPoint(Site.ATTN_OUT, 1));
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(1 + 2, 0, 21, 0);
        }
    }

    @Test
    void theHookIsInTheOriginWhereTheFolderHasAnotherName() throws IOException {
        Path folder = folder("blob", "{\"num_latents\": 8, \"k\": 1, \"d_in\": 4}");
        assertThat(SaeFolder.open(folder).shape().hook()).isEmpty();
        assertThat(SaeFolder.open(folder, SaeOptions.from("EleutherAI/sae-llama-3-8b-32x/embed_tokens")).shape().hook())
                .contains(new HookPoint(Site.EMBED, 0));
    }

    @Test
    void whatWouldHaveToBeGuessedIsRefused() throws IOException {
        refused("{\"num_latents\": 8, \"k\": 1, \"d_in\": 4, \"transcode\": true}", "unsupported_dictionary", "'transcode' is true");
        refused("{\"num_latents\": 8, \"k\": 1, \"d_in\": 4, \"skip_connection\": true}", "unsupported_dictionary", "'transcode' is absent");
        refused("{\"num_latents\": 8, \"k\": 1, \"d_in\": 4, \"signed\": true}", "unsupported_dictionary", "'signed' is true");
        refused("{\"num_latents\": 8, \"k\": 1, \"d_in\": 4, \"activation\": \"sparsemax\"}", "unsupported_dictionary", "sparsemax");
        refused("{\"num_latents\": 8, \"k\": 3, \"d_in\": 4, \"activation\": \"groupmax\"}", "dictionary_malformed", "'k' is 3");
        refused("{\"num_latents\": \"8\", \"k\": 1, \"d_in\": 4}", "dictionary_malformed", "'num_latents' is");
        refused("{\"expansion_factor\": 2000000000, \"k\": 1, \"d_in\": 4}", "dictionary_malformed", "'expansion_factor' is");
        refused("{\"num_latents\": 0, \"k\": 3, \"d_in\": 4}", "dictionary_malformed", "expected [128, 4]");
    }

    private void refused(String config, String code, String names) throws IOException {
        Path folder = folder("layers.0", config);
        assertThatThrownBy(() -> SaeFolder.open(folder))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code))
                .hasMessageContaining(names);
    }
}
