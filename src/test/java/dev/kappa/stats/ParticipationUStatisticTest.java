package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ParticipationUStatisticTest {
    private static final int D = 4;

    @Test
    void equalsTheMeanOverAllPairsOfDifferentSequences() {
        long seed = 3;
        double[][] a = matrices(6, 5, new SplittableRandom(seed));
        double product = 0;
        double traces = 0;
        for (int s = 0; s < a.length; s++) {
            for (int r = 0; r < a.length; r++) {
                if (r != s) {
                    product += dot(a[s], a[r]) / (a.length * (a.length - 1));
                    traces += trace(a[s]) * trace(a[r]) / (a.length * (a.length - 1));
                }
            }
        }
        ParticipationUStatistic u = statistic(a);
        assertThat(u.traceOfSquare()).as("seed %d", seed).isCloseTo(product, within(1e-12));
        assertThat(u.squaredTrace()).isCloseTo(traces, within(1e-12));
        assertThat(u.ratio()).isCloseTo(traces / product, within(1e-12));
    }

    @Test
    @Tag("simulation")
    void isUnbiasedWhereThePlugInIsNot() {
        // Standard normal gradients in D dimensions: A = I, tr(A²) = D, and the plug-in gives D + D(D+1)/N.
        long seed = 11;
        SplittableRandom random = new SplittableRandom(seed);
        int runs = 4000;
        double unbiased = 0;
        double plugIn = 0;
        for (int run = 0; run < runs; run++) {
            ParticipationUStatistic u = statistic(matrices(3, 2, random));
            unbiased += u.traceOfSquare() / runs;
            plugIn += u.traceOfMeanSquared() / runs;
        }
        assertThat(unbiased).as("seed %d", seed).isCloseTo(D, within(0.15));
        assertThat(plugIn).as("seed %d", seed).isCloseTo(D + D * (D + 1) / 6.0, within(0.3));
    }

    @Test
    void oneSequenceTellsNothing() {
        assertThat(new ParticipationUStatistic(1, 1, 1, 1, 1).ratio()).isNaN();
        assertThat(new ParticipationUStatistic(1, 1, 1, 1, 1).traceOfSquare()).isNaN();
        assertThat(new ParticipationUStatistic(2, 1, 1, 1, 1).traceOfSquare()).isCloseTo(1.5, within(1e-15));
    }

    @Test
    void anEstimateOfTheSquareThatIsNotPositiveGivesNoRatio() {
        assertThat(new ParticipationUStatistic(2, 1, 5, 1, 1).ratio()).isNaN();
        assertThat(new ParticipationUStatistic(2, 1, 4, 1, 1).ratio()).isNaN();
    }

    private static ParticipationUStatistic statistic(double[][] a) {
        double[] mean = new double[D * D];
        double squares = 0;
        double traces = 0;
        for (double[] one : a) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += one[i] / a.length;
            }
            squares += dot(one, one);
            traces += trace(one) * trace(one);
        }
        return new ParticipationUStatistic(a.length, dot(mean, mean), squares, trace(mean), traces);
    }

    private static double[][] matrices(int sequences, int tokens, SplittableRandom random) {
        double[][] a = new double[sequences][D * D];
        for (double[] one : a) {
            for (int t = 0; t < tokens; t++) {
                double[] g = new double[D];
                Arrays.setAll(g, i -> random.nextGaussian());
                for (int i = 0; i < D * D; i++) {
                    one[i] += g[i / D] * g[i % D] / tokens;
                }
            }
        }
        return a;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double trace(double[] a) {
        double sum = 0;
        for (int i = 0; i < D; i++) {
            sum += a[i * D + i];
        }
        return sum;
    }
}
