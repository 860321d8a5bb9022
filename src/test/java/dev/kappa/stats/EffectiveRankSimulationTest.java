package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** κ of gradients whose sequences differ in scale, from 20 blocks, against the effective rank of E[g gᵀ]. */
@Tag("simulation")
class EffectiveRankSimulationTest {
    private static final int BLOCKS = 20;
    private static final int RUNS = 400;

    @ParameterizedTest
    @CsvSource({"0.5, 0.0, 5", "0.8, 0.0, 5", "0.8, 0.5, 20", "0.5, 0.5, 20"})
    void nominalIntervalsOfKappaCover(double decay, double logScale, int sequences) {
        int d = 16;
        double[] lambda = geometric(d, decay);
        double truth = Spectrum.of(lambda).effectiveRank();
        int onT = 0;
        int onLog = 0;
        for (int run = 0; run < RUNS; run++) {
            Jackknife kappa = kappa(blocks(lambda, logScale, sequences, run), d);
            onT += kappa.interval(0.95).contains(truth) ? 1 : 0;
            onLog += kappa.logInterval(0.95).contains(truth) ? 1 : 0;
        }
        System.out.printf("κ, decay %.1f, scales %.1f, %d sequences a block: covered %d (t), %d (log) of %d%n",
                decay, logScale, sequences, onT, onLog, RUNS);
        assertThat(onT).as("seeds 0 to %d", RUNS - 1).isBetween(RUNS * 92 / 100, RUNS * 98 / 100);
        assertThat(onLog).as("seeds 0 to %d", RUNS - 1).isBetween(RUNS * 92 / 100, RUNS * 98 / 100);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 64})
    void aPlantedRankIsFoundWithinThreePercent(int rank) {
        int d = 72;
        double[] lambda = new double[d];
        for (int i = 0; i < rank; i++) {
            lambda[i] = 1 + (double) i / rank;
        }
        double truth = Spectrum.of(lambda).effectiveRank();
        Jackknife kappa = kappa(blocks(lambda, 0.3, 60, 77), d);
        assertThat(kappa.biasCorrected() / truth).as("seed 77, rank %d", rank).isCloseTo(1, within(0.03));
    }

    /** One matrix Σ g gᵀ a block, from sequences of four gradients each. */
    private static double[][] blocks(double[] lambda, double logScale, int sequences, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int d = lambda.length;
        double[][] blocks = new double[BLOCKS][d * d];
        for (double[] block : blocks) {
            for (int s = 0; s < sequences; s++) {
                double scale = Math.exp(logScale * random.nextGaussian());
                for (int t = 0; t < 4; t++) {
                    double[] g = new double[d];
                    Arrays.setAll(g, i -> scale * Math.sqrt(lambda[i]) * random.nextGaussian());
                    for (int i = 0; i < d * d; i++) {
                        block[i] += g[i / d] * g[i % d];
                    }
                }
            }
        }
        return blocks;
    }

    private static Jackknife kappa(double[][] blocks, int d) {
        double[] total = new double[d * d];
        for (double[] block : blocks) {
            Arrays.setAll(total, i -> total[i] + block[i]);
        }
        return Jackknife.over(BLOCKS, Spectrum.ofMatrix(total, d).effectiveRank(), b -> {
            double[] rest = new double[d * d];
            Arrays.setAll(rest, i -> total[i] - blocks[b][i]);
            return Spectrum.ofMatrix(rest, d).effectiveRank();
        });
    }

    private static double[] geometric(int d, double decay) {
        double[] lambda = new double[d];
        Arrays.setAll(lambda, i -> Math.pow(decay, i));
        return lambda;
    }
}
