package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.HookPoint.Site;
import dev.kappa.sae.Archives.Array;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GemmaScopeTest {
    private static final String REPOSITORY = "google/gemma-scope-2b-pt-res";

    @TempDir
    Path root;

    private static Map<String, Array> arrays() {
        Map<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("W_dec", new Array(Tiny.decoder(), 8, 4));
        arrays.put("W_enc", new Array(Tiny.transposed(Tiny.encoder(), 8, 4), 4, 8));
        arrays.put("b_dec", new Array(Tiny.DECODER_BIAS, 4));
        arrays.put("b_enc", new Array(Tiny.BIAS, 8));
        arrays.put("threshold", new Array(new float[] {3, .5f, 1, .1f, .1f, 1.5f, 2, 2.5f}, 8));
        return arrays;
    }

    private Path write(String path, Map<String, Array> arrays) throws IOException {
        Path folder = Files.createDirectories(root.resolve(path));
        Archives.npz(folder.resolve("params.npz"), arrays);
        return folder;
    }

    @Test
    void eachLatentHasAStrictThresholdAndNothingIsSubtracted() throws IOException {
        Path folder = write("layer_12/width_16k/average_l0_82", arrays());
        try (Sae sae = SaeFolder.open(folder, SaeOptions.from(REPOSITORY)).load(Device.cpu())) {
            assertThat(sae.shape().format()).isEqualTo("gemma_scope");
            assertThat(sae.shape().hook()).contains(HookPoint.residPost(12));
            assertThat(sae.shape().skipsStart()).isTrue();
            assertThat(Tiny.features(sae, Tiny.X)).containsExactly(0, 1, 0, 0, 0, 2, 3, 0);
            assertThat(Tiny.reconstruction(sae, Tiny.X)).containsExactly(1, 14, 21, 0);
        }
    }

    @Test
    void theHookIsKnownOnlyWithTheRepository() throws IOException {
        Path folder = write("layer_3/width_65k/average_l0_20", arrays());
        assertThat(SaeFolder.open(folder).shape().hook()).isEmpty();
        assertThat(SaeFolder.open(folder, SaeOptions.from("google/gemma-scope-9b-pt-att@main")).shape().hook())
                .contains(new HookPoint(Site.Z, 3));
        Path nested = write("gemma-scope-2b-pt-mlp/layer_7/width_16k/average_l0_3", arrays());
        assertThat(SaeFolder.open(nested).shape().hook()).contains(new HookPoint(Site.MLP_OUT, 7));
    }

    @Test
    void oldCopiesMaySpellTheMatricesSmallAndCarryAFactorOfOnes() throws IOException {
        Map<String, Array> arrays = arrays();
        arrays.put("w_enc", arrays.remove("W_enc"));
        arrays.put("w_dec", arrays.remove("W_dec"));
        arrays.put("scaling_factor", new Array(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, 8));
        try (Sae sae = SaeFolder.open(write("layer_0", arrays)).load(Device.cpu())) {
            assertThat(Tiny.features(sae, Tiny.X)[6]).isEqualTo(3);
        }
        arrays.put("scaling_factor", new Array(new float[] {1, 1, 1, 2, 1, 1, 1, 1}, 8));
        refused(write("layer_1", arrays), "unsupported_dictionary", "scaling_factor");
    }

    @Test
    void transcodersAndEmbeddingDictionariesAreRefused() throws IOException {
        refused(write("gemma-scope-2b-pt-transcoders/layer_1/width_16k/average_l0_9", arrays()), "unsupported_dictionary",
                "do not rebuild their input");
        refused(write("embedding/width_4k/average_l0_6", arrays()), "unsupported_dictionary", "'embedding'");
    }

    @Test
    void missingAndMisshapedArraysAreNamed() throws IOException {
        Map<String, Array> arrays = arrays();
        arrays.put("threshold", new Array(new float[4], 4));
        refused(write("layer_0", arrays), "dictionary_malformed", "'threshold' has shape [4]; expected [8]");
        arrays.remove("threshold");
        refused(write("layer_0", arrays), "tensor_missing", "threshold");
    }

    private static void refused(Path folder, String code, String names) {
        assertThatThrownBy(() -> SaeFolder.open(folder))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code))
                .hasMessageContaining(names);
    }
}
