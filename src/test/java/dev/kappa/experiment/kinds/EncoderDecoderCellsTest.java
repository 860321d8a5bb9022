package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.TestRun;
import dev.kappa.sae.Activation;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeWeights;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderDecoderCellsTest {
    private static final String HOOK = "blocks.1.hook_resid_post";
    private static final int D = 16;
    private static final int WIDTH = 40;

    @TempDir
    Path folder;

    private Scope scope;
    private TestBench bench;

    @BeforeEach
    void open() {
        scope = Scope.open(Device.cpu());
        bench = TestBench.of(folder, 5).withSequences(16, 30, 3);
    }

    @AfterEach
    void close() {
        bench.close();
        scope.close();
    }

    private Findings findings(DenseSae sae) {
        bench.with("sae", sae);
        EncoderDecoderCells.Parameters parameters = new EncoderDecoderCells.Parameters(
                "m", HOOK, "sae", "c", 16, 30, null, null, null, 1, false, 4);
        return new TestRun<>(new EncoderDecoderCells(), parameters, bench, 2).findings();
    }

    private static double value(Findings findings, String name, Cell cell) {
        return metric(findings, name, cell).value();
    }

    private static Metric metric(Findings findings, String name, Cell cell) {
        return findings.metrics().stream()
                .filter(m -> m.name().equals(name)
                        && m.dimensions().getOrDefault("encoder", "").equals(cell.encoder())
                        && m.dimensions().getOrDefault("decoder", "").equals(cell.decoder())
                        && m.dimensions().getOrDefault("variant", "").equals(cell.variant()))
                .findFirst()
                .orElseThrow();
    }

    /** A ReLU dictionary with another bias. */
    private DenseSae relu(float bias) {
        DenseSae random = RandomSaes.relu(scope, D, WIDTH, 4);
        return with(random, new Activation.Relu(), bias);
    }

    private DenseSae with(DenseSae sae, Activation activation, float bias) {
        SaeWeights weights = sae.weights();
        NDArray biases = Tensors.of(scope, new float[WIDTH], WIDTH).add(bias);
        return DenseSae.of(
                sae.input(),
                activation,
                new SaeWeights(weights.encoder(), biases, weights.decoder(), weights.decoderBias()));
    }

    @ParameterizedTest
    @ValueSource(floats = {-12f, -3f, 0f, 3f})
    void aMatchedReluEncoderFiresAsOftenAsTheTrainedOne(float bias) {
        // Narrow rows against a large bias: the random encoder fires more often or less often.
        assertMatched(findings(relu(bias)));
    }

    @Test
    void matchedJumpReluAndGatedEncodersFireAsOftenAsTheTrainedOnes() {
        NDArray thresholds = Tensors.of(scope, new float[WIDTH], WIDTH).add(2f);
        assertMatched(findings(with(relu(0), new Activation.JumpRelu(thresholds), -1f)));
        NDArray scale = Tensors.of(scope, new float[WIDTH], WIDTH).add(1.5f);
        NDArray magnitudeBias = Tensors.of(scope, new float[WIDTH], WIDTH).add(4f);
        assertMatched(findings(with(relu(0), new Activation.Gated(scale, magnitudeBias), -2f)));
    }

    private static void assertMatched(Findings findings) {
        double trained = value(findings, "l0", Cell.TRAINED);
        assertThat(trained).isPositive();
        assertThat(value(findings, "l0", Cell.MATCHED_ENCODER)).isCloseTo(trained, within(0.03 * trained));
        assertThat(metric(findings, "n_causal", Cell.MATCHED_BOTH).flags()).doesNotContain("l0_not_matched");
    }

    @Test
    void theTrainedCellIsWhatAWidthSweepCounts() {
        Findings cells = findings(relu(0));
        WidthSweep.Parameters sweep = new WidthSweep.Parameters(
                "m", HOOK, List.of("sae"), "c", 16, 30, null, null, null, 1, false, 4);
        Findings counts = new TestRun<>(new WidthSweep(), sweep, bench, 2).findings();
        for (String name : List.of("n_rep", "n_causal", "l0")) {
            double expected = counts.metrics().stream()
                    .filter(m -> m.name().equals(name))
                    .mapToDouble(Metric::value)
                    .findFirst()
                    .orElseThrow();
            assertThat(value(cells, name, Cell.TRAINED)).as(name).isEqualTo(expected);
        }
        assertThat(metric(cells, "n_causal", Cell.TRAINED).flags()).containsExactly("forced");
        assertThat(value(cells, "l0", Cell.RANDOM_DECODER)).isEqualTo(value(cells, "l0", Cell.TRAINED));
    }

    @Test
    void aTopKEncoderIsMatchedAsItIs() {
        Findings findings = findings(RandomSaes.topK(scope, D, WIDTH, 4, 6));
        assertThat(findings.metrics().stream().map(m -> m.dimensions().get("variant")))
                .doesNotContain("l0_matched");
        assertThat(metric(findings, "n_causal", Cell.RANDOM_BOTH).flags()).containsExactly("l0_fixed_by_activation");
    }

    @Test
    void randomRowsAreOrthogonalInBlocksAndHaveTheNormsOfTheTrainedOnes() {
        DenseSae trained = RandomSaes.relu(scope, D, WIDTH, 4);
        RandomParts random = new RandomParts(scope, trained, 3);
        double[][] encoder = rows(random.withRandomEncoder().weights().encoder());
        double[][] original = rows(trained.weights().encoder());
        for (int i = 0; i < WIDTH; i++) {
            assertThat(dot(encoder[i], encoder[i])).isCloseTo(dot(original[i], original[i]), within(1e-4));
            for (int j = 0; j < i; j++) {
                if (i / D == j / D) {
                    assertThat(dot(encoder[i], encoder[j])).isCloseTo(0, within(1e-4));
                }
            }
        }
        double[][] decoder = rows(random.withRandomDecoder().weights().decoder());
        assertThat(Math.abs(dot(decoder[0], encoder[0])) / Math.sqrt(dot(encoder[0], encoder[0]))).isLessThan(0.9);
        assertThat(random.withRandomDecoder().weights().encoder()).isSameAs(trained.weights().encoder());
    }

    private static double[][] rows(NDArray matrix) {
        float[] numbers = matrix.toFloatArray();
        double[][] rows = new double[WIDTH][D];
        for (int i = 0; i < numbers.length; i++) {
            rows[i / D][i % D] = numbers[i];
        }
        return rows;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** The same twice, so that all blocks of a run have one random dictionary. */
    @Test
    void randomPartsFollowFromTheSeed() {
        DenseSae trained = RandomSaes.relu(scope, D, WIDTH, 4);
        assertThat(randomEncoder(trained, 3)).isEqualTo(randomEncoder(trained, 3)).isNotEqualTo(randomEncoder(trained, 4));
    }

    private float[] randomEncoder(DenseSae trained, long seed) {
        return new RandomParts(scope, trained, seed).withRandomEncoder().weights().encoder().toFloatArray();
    }
}
