package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import dev.kappa.stats.FalseDiscovery.Threshold;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FalseDiscoveryTest {
    @Test
    void adjustedValuesAreThoseOfBenjaminiAndHochberg() {
        double[] adjusted = FalseDiscovery.adjusted(new double[] {0.01, 0.04, 0.03, 0.005});
        assertThat(adjusted).containsExactly(new double[] {0.02, 0.04, 0.04, 0.02}, within(1e-15));
    }

    @Test
    void adjustedValuesNeverExceedOne() {
        assertThat(FalseDiscovery.adjusted(new double[] {1, 0.9})).containsExactly(1, 1);
        assertThat(FalseDiscovery.adjusted(new double[0])).isEmpty();
    }

    @Test
    void anEmpiricalPValueCountsTheNullAtOrAboveTheScore() {
        double[] p = FalseDiscovery.empiricalPValues(new double[] {0, 2, 2.5, 9}, new double[] {3, 1, 2});
        assertThat(p).containsExactly(1, 0.75, 0.5, 0.25);
    }

    @Test
    void exactlyTheDiscoveriesExceedTau() {
        double[] nulls = new double[999];
        Arrays.setAll(nulls, i -> i / 999.0);
        double[] scores = {0.2, 5, 0.9985, 0.5, 7, 6, 0.1, 0.3, 0.4, 8};
        // p of the four large scores is 0.001; of 0.9985, above 998 of 999: 0.002.
        Threshold threshold = FalseDiscovery.threshold(scores, nulls, 0.0045);
        assertThat(threshold.discoveries()).isEqualTo(5);
        assertThat(threshold.pValue()).isCloseTo(0.002, within(1e-12));
        assertThat(threshold.tau()).isEqualTo(997 / 999.0);
        assertThat(FalseDiscovery.threshold(scores, nulls, 0.003).discoveries()).isEqualTo(4);
        assertThat(FalseDiscovery.threshold(scores, nulls, 0.003).tau()).isEqualTo(998 / 999.0);
    }

    @Test
    void theThresholdAgreesWithTheAdjustedValues() {
        for (long seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] nulls = random.doubles(400).map(u -> Math.floor(30 * u)).toArray();
            double[] scores = random.doubles(60).map(u -> Math.floor(40 * u)).toArray();
            double[] adjusted = FalseDiscovery.adjusted(FalseDiscovery.empiricalPValues(scores, nulls));
            Threshold threshold = FalseDiscovery.threshold(scores, nulls, 0.1);
            for (int i = 0; i < scores.length; i++) {
                assertThat(scores[i] > threshold.tau()).as("seed %d", seed).isEqualTo(adjusted[i] <= 0.1);
            }
        }
    }

    @Test
    void nothingAboveTheNullMakesTauInfinite() {
        Threshold threshold = FalseDiscovery.threshold(new double[] {1, 2}, new double[] {3, 4, 5}, 0.05);
        assertThat(threshold.tau()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(threshold.discoveries()).isZero();
        assertThat(threshold.pValue()).isNaN();
    }

    @Test
    void refusesAnEmptyNullAndImpossibleNumbers() {
        assertThatThrownBy(() -> FalseDiscovery.threshold(new double[] {1}, new double[0], 0.05))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> FalseDiscovery.threshold(new double[] {1}, new double[] {1}, 1))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> FalseDiscovery.adjusted(new double[] {1.5})).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> FalseDiscovery.empiricalPValues(new double[] {Double.NaN}, new double[] {1}))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> FalseDiscovery.empiricalPValues(new double[] {1}, new double[] {Double.NaN}))
                .isInstanceOf(Fault.class);
    }

    @Test
    @Tag("simulation")
    void featuresIndependentOfTheMetricAreSeldomCalledCausal() {
        int clean = 0;
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(1000 + seed);
            double[] scores = random.doubles(1000).map(FalseDiscoveryTest::heavyTailed).toArray();
            double[] nulls = random.doubles(1000).map(FalseDiscoveryTest::heavyTailed).toArray();
            if (FalseDiscovery.threshold(scores, nulls, 0.05).discoveries() == 0) {
                clean++;
            }
        }
        System.out.println("null calibration: no discovery in " + clean + " of 200 runs");
        assertThat(clean).as("seeds 1000 to 1199").isGreaterThanOrEqualTo(190);
    }

    @Test
    @Tag("simulation")
    void theMeanShareOfFalseDiscoveriesStaysBelowAlpha() {
        double sum = 0;
        int found = 0;
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(2000 + seed);
            double[] scores = random.doubles(1000).map(FalseDiscoveryTest::heavyTailed).toArray();
            for (int i = 0; i < 100; i++) {
                scores[i] *= 60;
            }
            double[] nulls = random.doubles(4000).map(FalseDiscoveryTest::heavyTailed).toArray();
            double tau = FalseDiscovery.threshold(scores, nulls, 0.1).tau();
            long all = Arrays.stream(scores).filter(s -> s > tau).count();
            long wrong = Arrays.stream(scores).skip(100).filter(s -> s > tau).count();
            sum += all == 0 ? 0 : (double) wrong / all;
            found += (int) (all - wrong);
        }
        System.out.printf("false discoveries: mean share %.4f at alpha 0.1, power %.2f%n", sum / 200, found / 20000.0);
        assertThat(sum / 200).as("seeds 2000 to 2199").isLessThanOrEqualTo(0.1);
        assertThat(found).as("seeds 2000 to 2199").isGreaterThan(6000);
    }

    /** Half-Cauchy-like to the power 0.7: a long tail with finite mean. */
    private static double heavyTailed(double u) {
        return Math.pow(Math.tan(Math.PI / 2 * u), 0.7);
    }
}
