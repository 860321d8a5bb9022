package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small dictionaries in every published layout, written by the releases' own code where it is packaged, with the
 * features and reconstructions which that code gives ({@code make_saes.py}). What fires is the same without exception,
 * also where a pre-activation lies on its threshold.
 */
class GoldenSaesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/saes");
    private static final String TRANSCODER = "sparsify-skip-transcoder";
    private static final String COMPRESSED = "gemma-scope-compressed";

    static Stream<String> dictionaries() throws IOException {
        try (Stream<Path> folders = Files.list(GOLDEN)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.equals(TRANSCODER))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("dictionaries")
    void featuresAndReconstructionAreTheReleasesOwn(String name) {
        try (DenseSae sae = SaeFolder.open(GOLDEN.resolve(name)).load(Device.cpu())) {
            check(sae, name, features(name), "reconstruction");
        }
    }

    static Stream<String> streamable() throws IOException {
        return dictionaries().filter(name -> !name.equals(COMPRESSED));
    }

    @ParameterizedTest
    @MethodSource("streamable")
    void soTheyAreWhenTheMatricesStayInTheFile(String name) {
        try (DenseSae sae = SaeFolder.open(GOLDEN.resolve(name)).stream(Device.cpu(), 400, 200)) {
            check(sae, name, features(name), "reconstruction");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-scope-exact", "llama-scope-general"})
    void llamaScopeCanBeReadAsSaelensReadsIt(String name) {
        try (DenseSae sae = SaeFolder.open(GOLDEN.resolve(name), new SaeOptions("", true)).load(Device.cpu())) {
            check(sae, name, "features_compat", "reconstruction_compat");
        }
    }

    @Test
    void aTranscoderIsRefused() {
        assertThatThrownBy(() -> SaeFolder.open(GOLDEN.resolve(TRANSCODER)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("a transcoder does not rebuild its input");
    }

    @Test
    void aCompressedFileCannotBeStreamed() {
        assertThatThrownBy(() -> SaeFolder.open(GOLDEN.resolve(COMPRESSED)).stream(Device.cpu()))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("weights_unsupported"));
    }

    /** The library brings the decoder's columns to norm 1 when it loads this class, and only then. */
    private static String features(String name) {
        return name.equals("dictionary-learning-unnormalised") ? "features_normalised" : "features";
    }

    private static void check(DenseSae sae, String name, String features, String reconstruction) {
        try (Scope scope = Scope.open(Device.cpu());
                TensorFile golden = TensorFiles.open(GOLDEN.resolve(name).resolve("golden.safetensors"))) {
            NDArray x = golden.load("x", scope);
            SparseCode code = sae.encode(x);
            float[] expected = golden.floats(features);
            float[] found = new float[expected.length];
            long[] rows = code.rows().toLongArray();
            long[] latents = code.latents().toLongArray();
            float[] values = code.values().toFloatArray();
            for (int i = 0; i < rows.length; i++) {
                found[(int) (rows[i] * sae.shape().width() + latents[i])] = values[i];
            }
            for (int i = 0; i < expected.length; i++) {
                assertThat(found[i] > 0).as("%s at %d fires", features, i).isEqualTo(expected[i] > 0);
            }
            assertClose(found, expected, features);
            assertClose(sae.decode(x, code).toFloatArray(), golden.floats(reconstruction), reconstruction);
        }
    }

    /** Relative to the largest number. */
    private static void assertClose(float[] found, float[] expected, String what) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(found[i] - expected[i]));
        }
        assertThat(difference).as(what).isLessThanOrEqualTo(1e-5 * Math.max(1, largest));
    }
}
