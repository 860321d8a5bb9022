package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.HookPoint.Site;
import dev.kappa.sae.Archives.Array;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DictionaryLearningTest {
    @TempDir
    Path root;

    private final Map<String, Array> tensors = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    private void linear() {
        tensors.put("encoder.weight", new Array(Tiny.encoder(), 8, 4));
        tensors.put("decoder.weight", new Array(Tiny.transposed(Tiny.decoder(), 8, 4), 4, 8));
    }

    private void bare() {
        tensors.put("W_enc", new Array(Tiny.transposed(Tiny.encoder(), 8, 4), 4, 8));
        tensors.put("W_dec", new Array(Tiny.decoder(), 8, 4));
        tensors.put("b_enc", new Array(Tiny.BIAS, 8));
        tensors.put("b_dec", new Array(Tiny.DECODER_BIAS, 4));
    }

    private Path write(String path) throws IOException {
        Path folder = Files.createDirectories(root.resolve(path));
        Archives.torch(folder.resolve("ae.pt"), tensors, counts);
        return folder;
    }

    private Path write(String path, String trainer) throws IOException {
        Path folder = write(path);
        Files.writeString(folder.resolve("config.json"), "{\"trainer\": {" + trainer + "}, \"buffer\": {}}");
        return folder;
    }

    @Test
    void aDictionaryOfMarksEtAlHasOneBiasAndNeedsNoConfiguration() throws IOException {
        linear();
        float[] unit = new float[32];
        for (int i = 0; i < 8; i++) {
            unit[i % 4 * 8 + i] = 1;
        }
        tensors.put("decoder.weight", new Array(unit, 4, 8));
        tensors.put("encoder.bias", new Array(Tiny.BIAS, 8));
        tensors.put("bias", new Array(Tiny.DECODER_BIAS, 4));
        try (Sae sae = SaeFolder.open(write("pythia-70m-deduped/resid_out_layer3/10_32768")).load(Device.cpu())) {
            assertThat(sae.shape().format()).isEqualTo("dictionary_learning");
            assertThat(sae.shape().activation()).isEqualTo("relu");
            assertThat(sae.shape().hook()).contains(HookPoint.residPost(3));
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 1, 1, 0, 0, 1, 3, 2);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(3, 2, 4, 2);
        }
        Files.writeString(root.resolve("pythia-70m-deduped/resid_out_layer3/10_32768/config.json"), "{\"trainer\": \"old\"}");
        assertThat(SaeFolder.open(root.resolve("pythia-70m-deduped/resid_out_layer3/10_32768")).shape().width()).isEqualTo(8);
        assertThat(SaeFolder.open(write("embed/10_32768")).shape().hook()).contains(new HookPoint(Site.EMBED, 0));
        assertThat(SaeFolder.open(write("attn_out_layer0/10_32768")).shape().hook()).contains(new HookPoint(Site.ATTN_OUT, 0));
    }

    @Test
    void columnsOfOtherNormsAreBroughtToOne() throws IOException {
        linear();
        tensors.put("encoder.bias", new Array(Tiny.BIAS, 8));
        tensors.put("bias", new Array(Tiny.DECODER_BIAS, 4));
        try (Sae sae = SaeFolder.open(write("a", "\"dict_class\": \"AutoEncoder\"")).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 2, 3, 0, 0, 6, 21, 16);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(3, 8, 24, 16);
        }
    }

    @Test
    void theNewAutoencoderSubtractsNothing() throws IOException {
        linear();
        tensors.put("encoder.bias", new Array(Tiny.BIAS, 8));
        tensors.put("decoder.bias", new Array(Tiny.DECODER_BIAS, 4));
        try (Sae sae = SaeFolder.open(write("a", "\"dict_class\": \"AutoEncoderNew\"")).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(3, 1, 1, 0, 0, 2, 3, 2.5f);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(4, 14, 24, 20);
        }
    }

    @Test
    void theGatedAutoencoderSubtractsItsDecoderBias() throws IOException {
        linear();
        tensors.put("decoder_bias", new Array(Tiny.DECODER_BIAS, 4));
        tensors.put("gate_bias", new Array(new float[] {-2, -1, 0, 5, 0, 0, 0, 0}, 8));
        tensors.put("mag_bias", new Array(new float[] {9, 0, -3, 1, 0, 1, -2, 0}, 8));
        tensors.put("r_mag", new Array(new float[] {0, 0, 0, 0, 0, 0, (float) Math.log(2), 0}, 8));
        try (Sae sae = SaeFolder.open(write("a", "\"dict_class\": \"GatedAutoEncoder\"")).load(Device.cpu())) {
            // encoder · (x − bias) = 2, 1, 2, -1, -2, 3, 3, 2
            float[] features = Tiny.features(sae, Tiny.X);
            float[] expected = {0, 0, 0, 0, 0, 4, 4, 2};
            for (int i = 0; i < 8; i++) {
                assertThat(features[i]).isCloseTo(expected[i], within(1e-6f));
            }
        }
    }

    @Test
    void topkAndThresholdedBatchTopkHaveTheSameTensorsAndDifferByClass() throws IOException {
        linear();
        tensors.put("encoder.bias", new Array(Tiny.BIAS, 8));
        tensors.put("b_dec", new Array(Tiny.DECODER_BIAS, 4));
        tensors.put("threshold", new Array(new float[] {1}));
        counts.put("k", 3);
        Path top = write("a", "\"dict_class\": \"AutoEncoderTopK\", \"k\": 3, \"submodule_name\": \"resid_post_layer_8\"");
        try (Sae sae = SaeFolder.open(top).load(Device.cpu())) {
            assertThat(sae.shape().activation()).isEqualTo("topk");
            assertThat(sae.shape().hook()).contains(HookPoint.residPost(8));
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 0, 0, 0, 0, 0, 3, 2);
        }
        Path batch = write("b", "\"dict_class\": \"BatchTopKSAE\", \"k\": 3");
        try (Sae sae = SaeFolder.open(batch).load(Device.cpu())) {
            assertThat(sae.shape().activation()).isEqualTo("batchtopk");
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 0, 0, 0, 0, 0, 3, 2);
            assertThat(Tiny.features(sae, 3.5f, 1.5f, 2, -1)).containsExactly(2.5f, 1.5f, 0, 0, 0, 2, 3, 2.5f);
        }
        refused(write("c"), "unknown_dictionary_format", "trainer.dict_class");
        refused(write("a", "\"dict_class\": \"AutoEncoderTopK\", \"k\": 4"), "dictionary_malformed", "in config.json 4");
        tensors.put("threshold", new Array(new float[] {-1}));
        refused(write("b", "\"dict_class\": \"BatchTopKSAE\""), "unsupported_dictionary", "'threshold' is -1.0");
    }

    @Test
    void matryoshkaAndJumpreluStoreBareMatrices() throws IOException {
        bare();
        tensors.put("threshold", new Array(new float[] {1}));
        counts.put("k", 3);
        try (Sae sae = SaeFolder.open(write("a", "\"dict_class\": \"MatryoshkaBatchTopKSAE\"")).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(2, 0, 0, 0, 0, 0, 3, 2);
        }
        counts.clear();
        tensors.put("threshold", new Array(new float[] {3, .5f, 1, .1f, .1f, 1.5f, 2, 2.5f}, 8));
        try (Sae sae = SaeFolder.open(write("b", "\"dict_class\": \"JumpReluAutoEncoder\"")).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(0, 1, 0, 0, 0, 2, 3, 0);
        }
    }

    @Test
    void otherClassesAreRefusedByTheirNames() throws IOException {
        bare();
        refused(write("a", "\"dict_class\": \"CrossCoder\""), "unsupported_dictionary", "\"CrossCoder\"");
    }

    @Test
    void twoLayoutsInOneFolderAreRefused() throws IOException {
        bare();
        Path folder = write("a");
        Archives.npz(folder.resolve("params.npz"), tensors);
        refused(folder, "unknown_dictionary_format", "several layouts at once: found ae.pt, params.npz");
    }

    private static void refused(Path folder, String code, String names) {
        assertThatThrownBy(() -> SaeFolder.open(folder))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code))
                .hasMessageContaining(names);
    }
}
