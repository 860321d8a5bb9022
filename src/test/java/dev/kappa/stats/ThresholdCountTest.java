package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;
import org.junit.jupiter.api.Test;

class ThresholdCountTest {
    /** Three blocks, in which a feature has a mean and a standard error of the mean. */
    private static double[][] features(double error, double... means) {
        double spread = error * Math.sqrt(3);
        return new double[][] {
            Arrays.stream(means).map(m -> m - spread).toArray(),
            means,
            Arrays.stream(means).map(m -> m + spread).toArray()
        };
    }

    @Test
    void withoutNoiseTheCountIsTheCount() {
        ThresholdCount count = ThresholdCount.above(2, features(0, 1, 2, 3, 4, 5), 0.95);
        assertThat(count.observed()).isEqualTo(3);
        assertThat(count.estimate()).isEqualTo(3);
        assertThat(count.standardError()).isZero();
        assertThat(count.interval().low()).isEqualTo(3);
        assertThat(count.interval().high()).isEqualTo(3);
        assertThat(count.relativeNoise()).isNaN();
        assertThat(count.noiseDominated()).isFalse();
        assertThat(count.withoutBlock()).containsExactly(3, 3, 3);
    }

    @Test
    void theEstimateIsTheLineThroughHalfAndOneTimesTheNoise() {
        NormalDistribution normal = new NormalDistribution();
        double expected = 0;
        for (double z : new double[] {-1, 0.5, 2}) {
            expected += 4 * normal.cumulativeProbability(z / Math.sqrt(0.5)) - 3 * normal.cumulativeProbability(z);
        }
        ThresholdCount count = ThresholdCount.above(10, features(0.1, 9.9, 10.05, 10.2), 0.95);
        assertThat(count.estimate()).isCloseTo(expected, within(1e-9));
        assertThat(count.observed()).isEqualTo(2);
    }

    @Test
    void theErrorJoinsIndependentAndSharedParts() {
        errorIsByDefinition(9.9, 10.05, 10.2);
    }

    @Test
    void theErrorKnowsHowFarFromStraightTheCountIs() {
        // So many features at one side of the threshold bend the count by more than noise alone does.
        double[] means = new double[60];
        Arrays.fill(means, 10.06);
        assertThat(errorIsByDefinition(means)).as("the part of the bend").isGreaterThan(1);
    }

    /** By hand: features that move together share all of their variance. Returns the part of the bend. */
    private static double errorIsByDefinition(double... means) {
        double[][] x = features(0.1, means);
        ThresholdCount count = ThresholdCount.above(10, x, 0.9);
        double[][] without = IntStream.range(0, means.length).mapToObj(i -> without(x, i)).toArray(double[][]::new);
        double independent = Arrays.stream(without).mapToDouble(ThresholdCountTest::variance).sum();
        double all = variance(sum(without));
        double bend = 0;
        NormalDistribution normal = new NormalDistribution();
        for (double mean : means) {
            double z = (mean - 10) / 0.1;
            bend += 4 * normal.cumulativeProbability(z / Math.sqrt(0.5))
                    - 6 * normal.cumulativeProbability(z)
                    + 2 * normal.cumulativeProbability(z / Math.sqrt(2));
        }
        double bent = Math.max(bend * bend - 0.0534 * independent, 0);
        double shared = Math.max(all - independent, 0);
        double error = Math.sqrt(0.7148 * independent + shared + bent);
        assertThat(count.standardError()).isCloseTo(error, within(1e-9));
        assertThat(count.withoutBlock()).containsExactly(sum(without), within(1e-9));
        double reach = new TDistribution(2).inverseCumulativeProbability(0.95) * error;
        Interval interval = count.interval();
        assertThat(interval.low()).isCloseTo(Math.max(0, count.estimate() - reach), within(1e-6));
        assertThat(interval.high()).isCloseTo(Math.min(means.length, count.estimate() + reach), within(1e-6));
        assertThat(interval.method()).isEqualTo("count_simex_jackknife_t");
        assertThat(interval.resamples()).isEqualTo(3);
        assertThat(interval.level()).isEqualTo(0.9);
        return bent;
    }

    @Test
    void theIntervalOfFeaturesThatShareNoNoiseIsStudentsToo() {
        double[][] x = features(0.1, 10, 10, 20, 20, 1, 1);
        // The second moves against the first, so that their sum stands still.
        double swapped = x[0][1];
        x[0][1] = x[2][1];
        x[2][1] = swapped;
        ThresholdCount count = ThresholdCount.above(10, x, 0.5);
        double reach = new TDistribution(2).inverseCumulativeProbability(0.75) * count.standardError();
        assertThat(count.standardError()).isGreaterThan(0.1);
        assertThat(count.interval().low()).isCloseTo(count.estimate() - reach, within(1e-9));
        assertThat(count.interval().high()).isCloseTo(count.estimate() + reach, within(1e-9));
    }

    @Test
    void noiseIsJudgedByTheFeaturesNearTheThreshold() {
        assertThat(ThresholdCount.above(10, features(2, 10, 1000), 0.95).relativeNoise())
                .isCloseTo(0.2, within(1e-9));
        // The second is two errors away and weighs exp(−1).
        double weight = Math.exp(-1);
        assertThat(ThresholdCount.above(10, features(2, 10, 14), 0.95).relativeNoise())
                .isCloseTo((0.2 + weight * 2 / 14) / (1 + weight), within(1e-9));
        assertThat(ThresholdCount.above(10, features(2, 10), 0.95).noiseDominated()).isFalse();
        assertThat(ThresholdCount.above(10, features(4, 10), 0.95).noiseDominated()).isTrue();
    }

    @Test
    void noiseThatAllFeaturesShareIsJudgedByItself() {
        // Each has an error of a tenth; by chance alone four of them would share half of it.
        double[][] x = features(1, 10, 10, 10, 10);
        ThresholdCount count = ThresholdCount.above(10, x, 0.95);
        assertThat(count.relativeNoise()).isCloseTo(0.1, within(1e-9));
        assertThat(count.sharedNoise()).isCloseTo(0.1 * Math.sqrt(0.75), within(1e-9));
        assertThat(count.noiseDominated()).isTrue();
        assertThat(ThresholdCount.above(10, features(0.4, 10, 10, 10, 10), 0.95).noiseDominated()).isFalse();
        assertThat(ThresholdCount.above(10, features(1, 10), 0.95).sharedNoise()).isZero();
        assertThat(ThresholdCount.above(0, features(0.05, 0.1, 0.1, 0.1, 0.1), 0.95).sharedNoise())
                .as("a threshold of zero")
                .isCloseTo(0.5 * Math.sqrt(0.75), within(1e-9));
        double[] tauWithout = new double[3];
        for (int b = 0; b < 3; b++) {
            tauWithout[b] = (x[(b + 1) % 3][0] + x[(b + 2) % 3][0]) / 2;
        }
        assertThat(ThresholdCount.above(10, tauWithout, x, 0.95).sharedNoise())
                .as("a threshold that moves alike")
                .isZero();
    }

    @Test
    void withoutABlockTheEstimateIsThatOfTheOtherBlocks() {
        double[][] x = {{9, 10.5, 11}, {10, 9.5, 12}, {10.5, 10, 10}, {9.5, 11, 10.5}, {10.2, 9, 11.5}};
        double[] without = ThresholdCount.above(10, x, 0.95).withoutBlock();
        for (int left = 0; left < x.length; left++) {
            int block = left;
            double[][] others =
                    IntStream.range(0, x.length).filter(b -> b != block).mapToObj(b -> x[b]).toArray(double[][]::new);
            assertThat(without[left]).isCloseTo(ThresholdCount.above(10, others, 0.95).estimate(), within(1e-9));
        }
    }

    @Test
    void aThresholdThatMovesWithTheScoresCancelsTheirCommonNoise() {
        double[][] x = features(0.1, 9.9, 10.05, 10.2);
        double[] tauWithout = {10.0866, 10, 9.9134};
        ThresholdCount moving = ThresholdCount.above(10, tauWithout, x, 0.95);
        ThresholdCount fixed = ThresholdCount.above(10, x, 0.95);
        assertThat(moving.estimate()).isEqualTo(fixed.estimate());
        assertThat(moving.standardError()).isLessThan(fixed.standardError());
    }

    @Test
    void refusesFewOrUnequalBlocksAndWhatIsNotFinite() {
        assertThatThrownBy(() -> ThresholdCount.above(1, new double[2][3], 0.95)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> ThresholdCount.above(1, new double[][] {{1, 2}, {1}, {1, 2}}, 0.95))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> ThresholdCount.above(1, new double[][] {{1}, {1}, {Double.NaN}}, 0.95))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> ThresholdCount.above(1, new double[3][3], 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> ThresholdCount.above(1, new double[2], new double[3][3], 0.95))
                .isInstanceOf(Fault.class);
    }

    /** Contribution of one feature without each block, by its definition. */
    private static double[] without(double[][] x, int feature) {
        NormalDistribution normal = new NormalDistribution();
        double[] out = new double[3];
        for (int b = 0; b < 3; b++) {
            double first = x[(b + 1) % 3][feature];
            double second = x[(b + 2) % 3][feature];
            double z = ((first + second) / 2 - 10) / (Math.abs(first - second) / 2);
            out[b] = 4 * normal.cumulativeProbability(z / Math.sqrt(0.5)) - 3 * normal.cumulativeProbability(z);
        }
        return out;
    }

    private static double variance(double[] without) {
        double mean = Arrays.stream(without).average().orElseThrow();
        return Arrays.stream(without).map(v -> (v - mean) * (v - mean)).sum() * 2 / 3;
    }

    private static double[] sum(double[]... parts) {
        double[] sum = new double[3];
        for (double[] part : parts) {
            Arrays.setAll(sum, i -> sum[i] + part[i]);
        }
        return sum;
    }
}
