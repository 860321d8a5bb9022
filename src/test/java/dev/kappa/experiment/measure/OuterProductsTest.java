package dev.kappa.experiment.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.TestBench;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.stats.Spectrum;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OuterProductsTest {
    private static final HookPoint HOOK = HookPoint.residPost(0);
    private static final int PROBES = 6_000;
    private static final int D = 16;
    private static final int LENGTH = 5;

    @TempDir
    Path folder;

    /** One logit at one position: its gradient is one row of the Jacobian. */
    private record OneLogit(int row, int token) implements Objective {
        @Override
        public int[] rows() {
            return new int[] {row};
        }

        @Override
        public NDArray terms(NDArray logits, int[] of, Scope scope) {
            return logits.get("0:1, " + token);
        }
    }

    @Test
    void probesOfTheFisherGeometryConvergeToTheExplicitJacobian() {
        assertConverges(true);
    }

    @Test
    void probesOfTheLogitsConvergeToTheExplicitJacobian() {
        assertConverges(false);
    }

    private void assertConverges(boolean fisher) {
        try (TestBench bench = TestBench.of(folder, 11).withSequences(1, LENGTH, 4);
                Scope scope = Scope.open(bench.device())) {
            Batch batch = Batch.cut(bench.sequences(), 1).get(0);
            double[] exact = explicit(bench, batch, fisher);
            OuterProducts sums = new OuterProducts(D);
            // Probes are keyed by the sequence's index, so that copies of it are independent probes of it.
            int[] tokens = bench.sequences().get(0).tokens();
            List<Sequence> copies =
                    IntStream.range(0, PROBES).mapToObj(i -> new Sequence(i, tokens)).toList();
            for (Batch probes : Batch.cut(copies, 500)) {
                try (Scope inner = scope.child()) {
                    sums.add(new GradientPass(inner, bench.model(), List.of(HOOK))
                            .run(probes.tokens(inner), fisher
                                    ? Objectives.fisherProbe(probes, 1, 0)
                                    : Objectives.logitProbe(probes, 1, 0))
                            .gradient(HOOK));
                }
            }
            Tally tally = new Tally();
            sums.into(tally, "");
            OuterProducts.Total total = OuterProducts.Total.of(List.of(tally), "");
            assertThat(distance(total.matrix(), exact))
                    .as("relative Frobenius error after %d probes", PROBES)
                    .isLessThan(0.05);
        }
    }

    /** (1/T) Σ_t Σ_t' J_{t'←t}ᵀ W_{t'} J_{t'←t}, with every row of J from a backward pass of its own. */
    private static double[] explicit(TestBench bench, Batch batch, boolean fisher) {
        int vocabulary = bench.model().architecture().vocabulary();
        double[] sum = new double[D * D];
        try (Scope scope = Scope.open(bench.device())) {
            NDArray tokens = batch.tokens(scope);
            float[] p = bench.model().forward(batch.tokens(scope), Hooks.none()).softmax(-1).toFloatArray();
            GradientPass pass = new GradientPass(scope, bench.model(), List.of(HOOK));
            for (int to = 0; to < LENGTH; to++) {
                float[][] jacobian = new float[vocabulary][];
                for (int v = 0; v < vocabulary; v++) {
                    jacobian[v] = pass.run(tokens, new OneLogit(to, v)).gradient(HOOK).toFloatArray();
                }
                for (int t = 0; t <= to; t++) {
                    addPulledBack(sum, jacobian, t, to, p, fisher);
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= LENGTH;
        }
        return sum;
    }

    private static void addPulledBack(double[] sum, float[][] jacobian, int t, int to, float[] p, boolean fisher) {
        int vocabulary = jacobian.length;
        for (int v = 0; v < vocabulary; v++) {
            for (int w = 0; w < vocabulary; w++) {
                double pv = p[to * vocabulary + v];
                double pw = p[to * vocabulary + w];
                double metric = fisher ? (v == w ? pv : 0) - pv * pw : (v == w ? 1 : 0) - 1.0 / vocabulary;
                for (int i = 0; i < D; i++) {
                    for (int j = 0; j < D; j++) {
                        sum[i * D + j] += metric * jacobian[v][t * D + i] * jacobian[w][t * D + j];
                    }
                }
            }
        }
    }

    private static double distance(double[] a, double[] b) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            size += b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }

    @Test
    void theDimensionsOfGivenGradientsAreThoseOfTheirMeanOuterProduct() {
        Random random = new Random(2);
        int rows = 6 * 7;
        float[] gradients = new float[rows * D];
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] = (float) (random.nextGaussian() / (1 + i % D));
        }
        double[] mean = new double[D * D];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < D; i++) {
                for (int j = 0; j < D; j++) {
                    mean[i * D + j] += (double) gradients[r * D + i] * gradients[r * D + j] / rows;
                }
            }
        }
        OuterProducts sums = new OuterProducts(D);
        try (Scope scope = Scope.open(Device.cpu())) {
            sums.add(Tensors.of(scope, gradients, 6, 7, D));
        }
        Tally tally = new Tally();
        sums.into(tally, "");
        OuterProducts.Total total = OuterProducts.Total.of(List.of(tally), "");
        Spectrum direct = Spectrum.ofMatrix(mean, D);
        assertThat(total.spectrum().effectiveRank()).isCloseTo(direct.effectiveRank(), within(1e-6));
        assertThat(total.spectrum().participationRatio()).isCloseTo(direct.participationRatio(), within(1e-6));
        assertThat(total.samples()).isEqualTo(6);
        assertThat(total.rows()).isEqualTo(rows);
    }

    @Test
    void aTotalWithoutAPartIsTheTotalOfTheOthers() {
        Random random = new Random(9);
        List<Tally> tallies = IntStream.range(0, 3)
                .mapToObj(block -> {
                    float[] gradients = new float[4 * 5 * D];
                    for (int i = 0; i < gradients.length; i++) {
                        gradients[i] = (float) random.nextGaussian();
                    }
                    OuterProducts sums = new OuterProducts(D);
                    try (Scope scope = Scope.open(Device.cpu())) {
                        sums.add(Tensors.of(scope, gradients, 4, 5, D));
                    }
                    Tally tally = new Tally();
                    sums.into(tally, "");
                    return tally;
                })
                .toList();
        OuterProducts.Total all = OuterProducts.Total.of(tallies, "");
        OuterProducts.Total rest = all.minus(OuterProducts.Total.of(tallies.subList(1, 2), ""));
        OuterProducts.Total expected = OuterProducts.Total.of(List.of(tallies.get(0), tallies.get(2)), "");
        assertThat(rest.spectrum().effectiveRank()).isCloseTo(expected.spectrum().effectiveRank(), within(1e-9));
        assertThat(rest.participationRatio()).isCloseTo(expected.participationRatio(), within(1e-9));
    }
}
