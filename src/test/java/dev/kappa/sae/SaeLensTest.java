package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaeLensTest {
    private static final String METADATA = "\"metadata\": {\"sae_lens_version\": \"6.3.1\", \"hook_name\":"
            + " \"blocks.3.hook_resid_post\", \"prepend_bos\": true, \"exclude_special_tokens\": [0, 1]}";

    @TempDir
    Path folder;

    private static String config(String architecture, String more) {
        return "{\"architecture\": \"" + architecture + "\", \"d_in\": 4, \"d_sae\": 8, \"dtype\": \"float32\", " + more
                + METADATA + "}";
    }

    private DenseSae load(Map<String, TensorData> tensors, String config) throws IOException {
        Tiny.saeLens(folder, tensors, config);
        return SaeFolder.open(folder).load(Device.cpu());
    }

    @Test
    void aStandardDictionarySubtractsTheDecoderBiasUnlessToldNotTo() throws IOException {
        try (Sae sae = load(Tiny.saeLensTensors(), config("standard", ""))) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 1, 1, 0, 0, 1, 3, 2);
            // column 0: 2·1, column 1: 1·2 + 1·6, column 2: 1·3 + 3·7, column 3: 2·8; and the bias
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(3, 8, 24, 16);
        }
        try (Sae sae = load(Tiny.saeLensTensors(), config("standard", "\"apply_b_dec_to_input\": false, "))) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(3, 1, 1, 0, 0, 2, 3, 2.5f);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(4, 14, 24, 20);
        }
    }

    @Test
    void theShapeIsKnownWithoutTheWeights() throws IOException {
        Tiny.saeLens(folder, Tiny.saeLensTensors(), config("standard", ""));
        SaeShape shape = SaeFolder.open(folder).shape();

        assertThat(shape.format()).isEqualTo("saelens");
        assertThat(shape.activation()).isEqualTo("relu");
        assertThat(shape.dIn()).isEqualTo(4);
        assertThat(shape.width()).isEqualTo(8);
        assertThat(shape.hook()).contains(HookPoint.residPost(3));
        assertThat(shape.skipsStart()).isTrue();
        assertThat(shape.bytes()).isEqualTo(4 * (32 + 32 + 8 + 4));
    }

    @Test
    void aJumpreluLatentDoesNotFireAtItsThreshold() throws IOException {
        Map<String, TensorData> tensors = Tiny.saeLensTensors();
        tensors.put("threshold", TensorData.f32(new float[] {2, .99f, 1, -1, -9, 0, 2.999f, 2}, 8));
        try (Sae sae = load(tensors, config("jumprelu", ""))) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(0, 1, 0, 0, 0, 1, 3, 0);
        }
    }

    @Test
    void topkKeepsTheLargestAndOfThoseOnlyWhatIsAboveZero() throws IOException {
        try (Sae sae = load(Tiny.saeLensTensors(), config("topk", "\"k\": 3, "))) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 0, 0, 0, 0, 0, 3, 2);
        }
        try (Sae sae = load(Tiny.saeLensTensors(), config("topk", "\"k\": 7, "))) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 1, 1, 0, 0, 1, 3, 2);
            assertThat(Tiny.features(sae, 1, 0, 0, 0)).containsExactly(0, 0, 0, .5f, 0, 0, 0, 0);
        }
    }

    @Test
    void topkMayRankByWhatALatentAdds() throws IOException {
        String rescaled = config("topk", "\"k\": 2, \"rescale_acts_by_decoder_norm\": true, ");
        try (Sae sae = load(Tiny.saeLensTensors(), rescaled)) {
            // times the decoder norms 1 … 8: 2, 2, 3, 0, 0, 6, 21, 16
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(0, 0, 0, 0, 0, 0, 21, 16);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(1, 0, 21, 16);
        }
    }

    @Test
    void aGatedDictionaryOpensByOneBiasAndMeasuresByAnother() throws IOException {
        Map<String, TensorData> tensors = Tiny.saeLensTensors();
        tensors.remove("b_enc");
        tensors.put("b_gate", TensorData.f32(new float[] {-2, -1.99f, 0, 5, 0, 0, 0, 0}, 8));
        tensors.put("b_mag", TensorData.f32(new float[] {9, 0, -3, 1, 0, 1, -2, 0}, 8));
        float ln2 = (float) Math.log(2);
        tensors.put("r_mag", TensorData.f32(new float[] {0, 0, 0, 0, 0, 0, ln2, ln2}, 8));
        try (Sae sae = load(tensors, config("gated", "\"apply_b_dec_to_input\": false, "))) {
            float[] features = Tiny.features(sae, 2, 2, 2, -1);
            // encoder · x = 2, 2, 2, -1, -2, 4, 3, 2.5
            float[] expected = {0, 2, 0, 0, 0, 5, 4, 5};
            for (int i = 0; i < 8; i++) {
                assertThat(features[i]).isCloseTo(expected[i], within(1e-6f));
            }
        }
    }

    @Test
    void rowsMayBeScaledToOneNorm() throws IOException {
        String config = config("standard", "\"normalize_activations\": \"constant_norm_rescale\", \"apply_b_dec_to_input\": false, ");
        try (Sae sae = load(Tiny.saeLensTensors(), config)) {
            // norm 4, wanted 2: the encoder sees (1, 1, 1, -1)
            float[] x = {2, 2, 2, -2};
            assertThat(Tiny.features(sae, x)).containsExactly(1, 1, 0, 0, 0, 0, 2, 1);
            assertThat(Tiny.steps(sae, x)).containsExactly(2, 2, 0, 0, 0, 0, 4, 2);
            assertThat(Tiny.reconstruction(sae, x)).containsExactly(2 * (1 + 1), 2 * 2, 2 * 14, 2 * 8);
        }
    }

    @Test
    void rowsMayBeStandardised() throws IOException {
        String config = config("standard", "\"normalize_activations\": \"layer_norm\", \"apply_b_dec_to_input\": false, ");
        try (Sae sae = load(Tiny.saeLensTensors(), config)) {
            // mean 5, deviations (3, -3, 3, -3), sum of squares 36, deviation √12 with n - 1
            double sigma = Math.sqrt(12);
            float u = (float) (3 / (sigma + 1e-5));
            float[] x = {8, 2, 8, 2};
            float[] features = Tiny.features(sae, x);
            assertThat(features[0]).isCloseTo(u, within(1e-6f));
            assertThat(features[6]).isCloseTo(2 * u, within(1e-6f));
            assertThat(Tiny.steps(sae, x)[6]).isCloseTo((float) (2 * u * sigma), within(1e-5f));
            // column 0: latent 0 adds u, the bias 1
            assertThat(Tiny.reconstruction(sae, x)[0]).isCloseTo((float) ((u + 1) * sigma + 5), within(1e-5f));
            assertThat(Tiny.reconstruction(sae, x)[1]).isCloseTo(5f, within(1e-5f));
        }
    }

    @Test
    void filesOfBeforeVersion6AreReadByTheirOwnNames() throws IOException {
        String config = "{\"d_in\": 4, \"d_sae\": 8, \"dtype\": \"torch.float32\", \"hook_point\":"
                + " \"blocks.2.attn.hook_z\", \"hook_point_head_index\": null, \"activation_fn_str\": \"topk\","
                + " \"activation_fn_kwargs\": {\"k\": 2}, \"normalize_activations\": false}";
        try (Sae sae = load(Tiny.saeLensTensors(), config)) {
            assertThat(sae.shape().activation()).isEqualTo("topk");
            assertThat(sae.shape().hook()).contains(new HookPoint(HookPoint.Site.Z, 2));
            assertThat(sae.shape().skipsStart()).isFalse();
            assertThat(Tiny.features(sae, Tiny.X)[6]).isEqualTo(3);
        }
    }

    @Test
    void anOldFactorOfTheFeaturesCountsOnlyWhereTheConfigSaysSo() throws IOException {
        Map<String, TensorData> tensors = new HashMap<>(Tiny.saeLensTensors());
        tensors.put("scaling_factor", TensorData.f32(new float[] {1, 1, 1, 1, 1, 1, 2, 1}, 8));
        String flat = "{\"d_in\": 4, \"d_sae\": 8, \"hook_name\": \"blocks.0.hook_mlp_out\"";
        try (Sae sae = load(tensors, flat + ", \"finetuning_scaling_factor\": true}")) {
            assertThat(Tiny.features(sae, Tiny.X)[6]).isEqualTo(3);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(3, 8, 45, 16);
        }
        refused(tensors, flat + "}", "unsupported_dictionary", "finetuning_scaling_factor");
    }

    @Test
    void whatIsNotSupportedIsRefusedByItsName() throws IOException {
        Map<String, TensorData> tensors = Tiny.saeLensTensors();
        refused(tensors, config("transcoder", ""), "unsupported_dictionary", "\"transcoder\"");
        refused(tensors, config("temporal", ""), "unsupported_dictionary", "\"temporal\"");
        refused(tensors, config("standard", "\"normalize_activations\": \"unit\", "), "unsupported_dictionary", "\"unit\"");
        refused(tensors, config("standard", "\"reshape_activations\": \"hook_q\", "), "unsupported_dictionary", "\"hook_q\"");
        String flat = "{\"d_in\": 4, \"d_sae\": 8, ";
        refused(tensors, flat + "\"activation_fn\": \"tanh-relu\"}", "unsupported_dictionary", "\"tanh-relu\"");
        refused(tensors, flat + "\"hook_head_index\": 3}", "unsupported_dictionary", "'hook_head_index' is 3");
    }

    @Test
    void aFileThatContradictsItsConfigIsRefusedWithTheShapeItShouldHave() throws IOException {
        Map<String, TensorData> tensors = Tiny.saeLensTensors();
        refused(tensors, config("jumprelu", ""), "tensor_missing", "threshold");
        tensors.put("b_enc", TensorData.f32(new float[9], 9));
        refused(tensors, config("standard", ""), "dictionary_malformed", "'b_enc' has shape [9]; expected [8]");
        refused(tensors, config("topk", "\"k\": 9, "), "dictionary_malformed", "'k' is 9");
        refused(tensors, "{\"d_sae\": 8}", "dictionary_malformed", "'d_in' is absent");
        refused(tensors, "[1]", "dictionary_malformed", "not a JSON object");
        refused(tensors, "{\"d_in\": 4, \"d_in\": 5}", "dictionary_malformed", "Duplicate");
    }

    @Test
    void aBiasThatIsNoNumberIsRefusedAndNothingStaysOpen() throws IOException {
        Map<String, TensorData> tensors = Tiny.saeLensTensors();
        tensors.put("b_enc", TensorData.f32(new float[] {0, 0, 0, 0, 0, Float.NaN, 0, 0}, 8));
        Tiny.saeLens(folder, tensors, config("standard", ""));
        long scopes = Scope.openScopes();

        assertThatThrownBy(() -> SaeFolder.open(folder).load(Device.cpu()))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("'b_enc' is NaN at 5");
        assertThat(Scope.openScopes()).isEqualTo(scopes);
    }

    @Test
    void aFolderOfNoKnownLayoutIsRefusedWithWhatWasFound() throws IOException {
        Files.writeString(folder.resolve("weights.bin"), "x");
        refusedAs("unknown_dictionary_format", "weights.bin");
        Files.writeString(folder.resolve("sae_weights.safetensors"), "x");
        refusedAs("unknown_dictionary_format", "no cfg.json");
    }

    private void refused(Map<String, TensorData> tensors, String config, String code, String names) throws IOException {
        Tiny.saeLens(folder, tensors, config);
        refusedAs(code, names);
    }

    private void refusedAs(String code, String names) {
        assertThatThrownBy(() -> SaeFolder.open(folder))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code))
                .hasMessageContaining(names);
    }
}
