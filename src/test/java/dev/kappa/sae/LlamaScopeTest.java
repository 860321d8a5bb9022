package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
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

class LlamaScopeTest {
    private static final String CONFIG = "{\"hook_point_in\": \"blocks.13.hook_resid_post\", \"hook_point_out\":"
            + " \"blocks.13.hook_resid_post\", \"d_model\": 4, \"d_sae\": 8, \"dtype\": \"torch.bfloat16\","
            + " \"use_decoder_bias\": true, \"apply_decoder_bias_to_pre_encoder\": false, \"act_fn\": \"jumprelu\","
            + " \"jump_relu_threshold\": 0.5, \"norm_activation\": \"dataset-wise\", \"top_k\": 2,"
            + " \"dataset_average_activation_norm\": {\"in\": 8.0, \"out\": 8.0}, \"sparsity_include_decoder_norm\": true,"
            + " \"use_glu_encoder\": false}";

    @TempDir
    Path folder;

    private Path write(String config, float[] decoder) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("encoder.weight", TensorData.bf16(Tiny.encoder(), 8, 4));
        tensors.put("encoder.bias", TensorData.bf16(Tiny.BIAS, 8));
        tensors.put("decoder.weight", TensorData.bf16(Tiny.transposed(decoder, 8, 4), 4, 8));
        tensors.put("decoder.bias", TensorData.bf16(Tiny.DECODER_BIAS, 4));
        Files.createDirectories(folder.resolve("checkpoints"));
        Files.writeString(folder.resolve("hyperparams.json"), config);
        SafetensorsWriter.write(folder.resolve("checkpoints/final.safetensors"), tensors, Map.of());
        return folder;
    }

    @Test
    void normsOfTheDataAndOfTheDecoderAreFoldedInThePublishedOrder() throws IOException {
        write(CONFIG, Tiny.decoder());
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(sae.shape().activation()).isEqualTo("jumprelu");
            assertThat(sae.shape().hook()).contains(HookPoint.residPost(13));
            assertThat(sae.shape().skipsStart()).isTrue();
            // s = √4 / 8 = 1/4: biases · 4; n_i = i + 1
            // x = (3 1 2 -1): encoder · x = 3, 1, 2, -1, -3, 4, 3, 5/2; biases 0, 0, -4, 2, 0, -8, 0, 0
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(3, 2, 0, 4, 0, 0, 21, 20);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(3 + 4, 2, 21, 4 + 20);
        }
    }

    @Test
    void theThresholdIsStrictInTheFoldedSpace() throws IOException {
        write(CONFIG.replace("0.5", "21"), Tiny.decoder());
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)).containsOnly(0);
        }
        write(CONFIG.replace("0.5", "20.5"), Tiny.decoder());
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(0, 0, 0, 0, 0, 0, 21, 0);
        }
    }

    @Test
    void foldedWeightsAgreeWithTheFormulaThatFoldsNothing() throws IOException {
        Random random = new Random(5);
        float[] decoder = new float[32];
        for (int i = 0; i < 32; i++) {
            decoder[i] = Math.round(random.nextGaussian() * 16) / 8f; // exact in bf16
        }
        write(CONFIG.replace("\"out\": 8.0", "\"out\": 2.0"), decoder);
        double in = Math.sqrt(4) / 8;
        double out = Math.sqrt(4) / 2;
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            for (int repeat = 0; repeat < 20; repeat++) {
                float[] x = {(float) random.nextGaussian(), (float) random.nextGaussian(), 2, 3};
                float[] features = Tiny.features(sae, x);
                double[] rebuilt = {1 / out, 0, 0, 0};
                for (int i = 0; i < 8; i++) {
                    double pre = Tiny.BIAS[i];
                    double norm = 0;
                    for (int j = 0; j < 4; j++) {
                        pre += Tiny.ENCODER[i][j] * in * x[j];
                        norm += decoder[i * 4 + j] * decoder[i * 4 + j];
                    }
                    double folded = pre * Math.sqrt(norm) / out; // (W · s x + b) · n / s_in, n = norm · s_in / s_out
                    double feature = folded > .5 ? folded : 0;
                    assertThat(features[i]).isCloseTo((float) feature, within(1e-5f));
                    for (int j = 0; j < 4; j++) {
                        rebuilt[j] += feature * decoder[i * 4 + j] / Math.sqrt(norm);
                    }
                }
                float[] found = Tiny.reconstruction(sae, x);
                for (int j = 0; j < 4; j++) {
                    assertThat(found[j]).isCloseTo((float) rebuilt[j], within(2e-5f));
                }
            }
        }
    }

    @Test
    void itCanBeReadAsSaelensReadsIt() throws IOException {
        write(CONFIG, Tiny.decoder());
        try (Sae sae = SaeFolder.open(folder, new SaeOptions("", true)).load(Device.cpu())) {
            // the encoder sees x / 4 and biases as stored, the threshold is 1/8
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(.75f, .25f, 0, .25f, 0, 0, .75f, .625f);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(4 * .75f + 4, 2, 21, 4 + 20);
        }
    }

    @Test
    void aDecoderBiasMayBeAbsent() throws IOException {
        write(CONFIG.replace("\"use_decoder_bias\": true", "\"use_decoder_bias\": false"), Tiny.decoder());
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(3, 2, 21, 24);
        }
    }

    @Test
    void aLatentWithoutADecoderRowStaysSilent() throws IOException {
        float[] decoder = Tiny.decoder();
        decoder[0] = 0;
        write(CONFIG, decoder);
        try (Sae sae = SaeFolder.open(folder).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(0, 2, 0, 4, 0, 0, 21, 20);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(4, 2, 21, 24);
        }
    }

    @Test
    void otherWaysToNormaliseAreRefusedByTheirNames() throws IOException {
        refused(CONFIG.replace("dataset-wise", "token-wise"), "token-wise");
        refused(CONFIG.replace("\"act_fn\": \"jumprelu\"", "\"act_fn\": \"topk\""), "\"topk\"");
        refused(CONFIG.replace("decoder_norm\": true", "decoder_norm\": false"), "sparsity_include_decoder_norm");
        refused(CONFIG.replace("glu_encoder\": false", "glu_encoder\": true"), "use_glu_encoder");
        refused(CONFIG.replace("pre_encoder\": false", "pre_encoder\": true"), "apply_decoder_bias_to_pre_encoder");
        refused(CONFIG.replace("in\": \"blocks.13.hook_resid_post", "in\": \"blocks.13.ln2.hook_normalized"), "transcoder");
    }

    private void refused(String config, String names) throws IOException {
        write(config, Tiny.decoder());
        assertThatThrownBy(() -> SaeFolder.open(folder))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("unsupported_dictionary"))
                .hasMessageContaining(names);
    }
}
