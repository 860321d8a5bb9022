package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.hipparchus.distribution.continuous.TDistribution;
import org.junit.jupiter.api.Test;

class NoisySpearmanTest {
    private static final long SEED = 6;

    @Test
    void scoresThatAgreeExactlyHaveCorrelationOneWithoutError() {
        double[][] x = noisy(new double[] {1, 2, 3, 4, 5}, 8, 0.2);
        NoisySpearman rho = NoisySpearman.of(x, x, 0.95, SEED);
        assertThat(rho.observed()).isCloseTo(1, within(1e-12));
        assertThat(rho.estimate()).isCloseTo(1, within(1e-12));
        assertThat(rho.interval().low()).isCloseTo(1, within(1e-12));
        assertThat(rho.standardError()).isCloseTo(0, within(1e-12));
        assertThat(rho.noiseDominated()).isFalse();
    }

    @Test
    void withoutNoiseNothingIsCorrected() {
        double[] x = {1, 2, 3, 4, 5, 6};
        double[] y = {2, 1, 4, 3, 6, 5};
        NoisySpearman rho = NoisySpearman.of(noisy(x, 8, 0), noisy(y, 8, 0), 0.95, SEED);
        assertThat(rho.observed()).isCloseTo(Ranks.spearman(x, y), within(1e-12));
        assertThat(rho.estimate()).isCloseTo(rho.observed(), within(1e-12));
        assertThat(rho.standardError()).isCloseTo(0, within(1e-12));
        assertThat(rho.relativeNoise()).isZero();
        assertThat(rho.interval().method()).isEqualTo("spearman_disattenuated_t");
        assertThat(rho.interval().resamples()).isEqualTo(8);
    }

    @Test
    void noiseOfItsOwnInEachScoreIsCorrectedFor() {
        double[] means = means(300);
        NoisySpearman rho = NoisySpearman.of(noisy(means, 22, 1), noisy(means, 22, 1), 0.95, SEED);
        assertThat(rho.observed()).as("seed %d", SEED).isBetween(0.9, 0.98);
        assertThat(rho.estimate()).as("seed %d", SEED).isGreaterThan((1 + rho.observed()) / 2);
        assertThat(rho.interval().contains(1)).as("seed %d", SEED).isTrue();
        assertThat(rho.interval().high()).isLessThanOrEqualTo(1);
    }

    @Test
    void theCorrectionIsTheFallToHalfTheBlocksForLightTails() {
        double[] means = means(400);
        double[][] x = noisy(means, 20, 0.5);
        double[][] y = noisy(means, 20, 0.5);
        NoisySpearman rho = NoisySpearman.of(x, y, 0.95, SEED);
        double fall = rho.observed() - halves(x, y);
        assertThat(rho.estimate() - rho.observed()).as("seed %d", SEED).isBetween(0.9 * fall, 1.4 * fall);
    }

    @Test
    void aFallInverseToTheBlocksIsContinuedExactly() {
        // ρ(n) = 0.9 − 0.5/n.
        assertThat(NoisySpearman.missing(20, 10, 5, 0.875, 0.85, 0.8)).isCloseTo(0.025, within(1e-12));
        assertThat(NoisySpearman.missing(22, 10, 5, 0.9 - 0.5 / 22, 0.85, 0.8)).isCloseTo(0.5 / 22, within(1e-12));
        assertThat(NoisySpearman.missing(20, 10, 5, 0.875, 0.875, 0.875)).isZero();
        assertThat(NoisySpearman.missing(20, 10, 5, 0.875, 0.85, 0.85)).isCloseTo(0.025, within(1e-12));
    }

    @Test
    void aSlowerFallIsContinuedFurtherButNotWithoutEnd() {
        // Falls of 0.06 and 0.04: ratio 2/3, half way to ½ is 7/12, so 7/5 of the last fall is missing.
        assertThat(NoisySpearman.missing(20, 10, 5, 0.9, 0.86, 0.8)).isCloseTo(0.04 * 7 / 5, within(1e-12));
        // A ratio above ¾ is taken as ¾, half way ⅝; one below ½ as ½.
        assertThat(NoisySpearman.missing(20, 10, 5, 0.9, 0.86, 0.82)).isCloseTo(0.04 * 5 / 3, within(1e-12));
        assertThat(NoisySpearman.missing(20, 10, 5, 0.9, 0.86, 0.7)).isCloseTo(0.04, within(1e-12));
    }

    @Test
    void theErrorIsTheJackknifesWidenedByTheCorrectionAndAShareOfTheCorrection() {
        double[] means = means(300);
        double[][] x = noisy(means, 20, 0.7);
        double[][] y = noisy(Arrays.stream(means).map(m -> m * (1 + (m * 1e4) % 1)).toArray(), 20, 0.7);
        NoisySpearman rho = NoisySpearman.of(x, y, 0.9, SEED);
        assertThat(rho.estimate()).as("seed %d", SEED).isBetween(rho.observed() + 0.001, 0.999);
        Jackknife plain = Jackknife.over(20, rho.observed(), left -> Ranks.spearman(without(x, left), without(y, left)));
        double factor = rho.estimate() / rho.observed();
        double error = Math.hypot(
                1.2 * plain.standardError() * factor * factor, 0.1 * (rho.estimate() - rho.observed()));
        assertThat(rho.standardError()).isCloseTo(error, within(1e-12));
        double reach = new TDistribution(19).inverseCumulativeProbability(0.95) * error;
        assertThat(rho.interval().low()).isCloseTo(rho.estimate() - reach, within(1e-12));
        assertThat(rho.interval().high()).isCloseTo(Math.min(1, rho.estimate() + reach), within(1e-12));
        assertThat(rho.interval().level()).isEqualTo(0.9);
    }

    @Test
    void aScoreTurnedOverTurnsTheCorrelationOver() {
        double[] means = means(300);
        double[][] x = noisy(means, 20, 1);
        double[][] y = noisy(means, 20, 1);
        double[][] turned =
                Arrays.stream(y).map(block -> Arrays.stream(block).map(v -> -v).toArray()).toArray(double[][]::new);
        NoisySpearman rho = NoisySpearman.of(x, y, 0.95, SEED);
        NoisySpearman opposite = NoisySpearman.of(x, turned, 0.95, SEED);
        assertThat(opposite.observed()).isCloseTo(-rho.observed(), within(1e-9));
        assertThat(opposite.estimate()).isCloseTo(-rho.estimate(), within(1e-9)).isGreaterThanOrEqualTo(-1);
        assertThat(opposite.standardError()).isCloseTo(rho.standardError(), within(1e-9));
        assertThat(opposite.interval().low()).isCloseTo(-rho.interval().high(), within(1e-9));
        assertThat(opposite.relativeNoise()).isEqualTo(rho.relativeNoise());
    }

    @Test
    void relativeNoiseIsOfBothScoresAndOfItemsThatAreNotAlwaysZero() {
        double[][] still = {{2, 20, 0}, {2, 20, 0}, {2, 20, 0}, {2, 20, 0}};
        double[][] noisy = {{1, 10, 0}, {1, 10, 0}, {3, 30, 0}, {3, 30, 0}};
        // No noise in two, √(4/(4·3)) / 2 in two: the median is half way.
        double half = Math.sqrt(1.0 / 3) / 4;
        assertThat(NoisySpearman.of(still, noisy, 0.95, SEED).relativeNoise()).isCloseTo(half, within(1e-12));
        assertThat(NoisySpearman.of(noisy, still, 0.95, SEED).relativeNoise()).isCloseTo(half, within(1e-12));
    }

    @Test
    void relativeNoiseIsTheMedianOfErrorOverMean() {
        double[][] x = {{1, 10}, {1, 10}, {3, 30}, {3, 30}};
        // Mean 2, deviations 1, standard error √(4/(4·3)).
        NoisySpearman rho = NoisySpearman.of(x, x, 0.95, SEED);
        assertThat(rho.relativeNoise()).isCloseTo(Math.sqrt(1.0 / 3) / 2, within(1e-12));
        assertThat(rho.noiseDominated()).isFalse();
        double[][] noisier = {{1, 10}, {1, 10}, {5, 50}, {5, 50}};
        assertThat(NoisySpearman.of(noisier, noisier, 0.95, SEED).noiseDominated()).isTrue();
    }

    @Test
    void sampledItemsAddTheirSamplingError() {
        double[] means = means(120);
        double[][] x = noisy(means, 12, 0.4);
        double[][] y = noisy(Arrays.stream(means).map(m -> m * (1 + (m * 1e4) % 1)).toArray(), 12, 0.4);
        double[] certain = Ranks.ones(120);
        double[] sampled = certain.clone();
        Arrays.fill(sampled, 20, 120, 10);
        double plain = NoisySpearman.of(x, y, certain, 0.95, SEED).standardError();
        double wider = NoisySpearman.of(x, y, sampled, 0.95, SEED).standardError();
        assertThat(wider).as("seed %d", SEED).isGreaterThan(1.2 * plain);
        double weighted = NoisySpearman.of(x, y, sampled, 0.95, SEED).observed();
        assertThat(weighted).isNotEqualTo(NoisySpearman.of(x, y, certain, 0.95, SEED).observed());
    }

    @Test
    void theSeedDecidesAndAConstantSideHasNoCorrelation() {
        double[][] x = noisy(means(50), 12, 0.5);
        double[][] y = noisy(means(50), 12, 0.5);
        assertThat(NoisySpearman.of(x, y, 0.95, 1)).isEqualTo(NoisySpearman.of(x, y, 0.95, 1));
        assertThat(NoisySpearman.of(x, y, 0.95, 1)).isNotEqualTo(NoisySpearman.of(x, y, 0.95, 2));
        double[][] flat = new double[12][50];
        assertThat(NoisySpearman.of(x, flat, 0.95, 1).estimate()).isNaN();
        assertThat(NoisySpearman.of(x, flat, 0.95, 1).interval().low()).isNaN();
    }

    @Test
    void refusesFewOrUnequalBlocks() {
        assertThatThrownBy(() -> NoisySpearman.of(new double[3][5], new double[3][5], 0.95, 1))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("at least 4");
        assertThatThrownBy(() -> NoisySpearman.of(new double[0][], new double[0][], 0.95, 1))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> NoisySpearman.of(new double[3][5], new double[3][5], Ranks.ones(5), 0.95, 1))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("at least 4");
        assertThatThrownBy(() -> NoisySpearman.of(new double[4][5], new double[5][5], 0.95, 1))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("4 and 5");
        assertThatThrownBy(() -> NoisySpearman.of(new double[4][5], new double[4][5], 0, 1)).isInstanceOf(Fault.class);
    }

    @Test
    void theSamplingErrorOfItemsIsThatOfACorrelationOfSoMany() {
        int items = 400;
        SplittableRandom random = new SplittableRandom(SEED);
        double[] a = new double[items];
        double[] b = new double[items];
        for (int i = 0; i < items; i++) {
            a[i] = random.nextGaussian();
            b[i] = 0.6 * a[i] + 0.8 * random.nextGaussian();
        }
        double[] weights = new double[items];
        Arrays.fill(weights, 10);
        NoisySpearman rho = NoisySpearman.of(noisy(a, 8, 0), noisy(b, 8, 0), weights, 0.95, SEED);
        // Bonett & Wright (2000), carried from Fisher's z to ρ.
        double r = rho.observed();
        double error = (1 - r * r) * Math.sqrt((1 + r * r / 2) / (items - 3));
        assertThat(rho.standardError()).as("seed %d", SEED).isBetween(0.75 * error, 1.25 * error);
    }

    @Test
    void itemsTakenForCertainAddNoSamplingError() {
        // The sampled items are alike: only the certain ones could make a difference.
        double[][] x = noisy(new double[] {1, 2, 3, 4, 5, 7, 7, 7}, 8, 0);
        double[][] y = noisy(new double[] {2, 1, 5, 3, 4, 7, 7, 7}, 8, 0);
        double[] weights = {1, 1, 1, 1, 1, 5, 5, 5};
        assertThat(NoisySpearman.of(x, y, weights, 0.95, SEED).standardError()).isCloseTo(0, within(1e-12));
    }

    private static double[] without(double[][] blocks, int left) {
        double[] sum = new double[blocks[0].length];
        for (int b = 0; b < blocks.length; b++) {
            if (b != left) {
                double[] block = blocks[b];
                Arrays.setAll(sum, i -> sum[i] + block[i]);
            }
        }
        return sum;
    }

    private static double halves(double[][] x, double[][] y) {
        SplittableRandom random = new SplittableRandom(99);
        double sum = 0;
        int cuts = 100;
        for (int cut = 0; cut < cuts; cut++) {
            double[] sumX = new double[x[0].length];
            double[] sumY = new double[x[0].length];
            int[] order = random.ints(0, x.length).distinct().limit(x.length / 2).toArray();
            for (int b : order) {
                Arrays.setAll(sumX, i -> sumX[i] + x[b][i]);
                Arrays.setAll(sumY, i -> sumY[i] + y[b][i]);
            }
            sum += Ranks.spearman(sumX, sumY) / cuts;
        }
        return sum;
    }

    private static double[] means(int items) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] means = new double[items];
        Arrays.setAll(means, i -> Math.exp(1.5 * random.nextGaussian()));
        return means;
    }

    private final SplittableRandom noiseSeeds = new SplittableRandom(SEED);

    private double[][] noisy(double[] means, int blocks, double sigma) {
        SplittableRandom random = noiseSeeds.split();
        double[][] x = new double[blocks][means.length];
        for (double[] block : x) {
            Arrays.setAll(block, i -> means[i] * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2));
        }
        return x;
    }
}
