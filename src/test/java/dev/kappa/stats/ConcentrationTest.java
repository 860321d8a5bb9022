package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import dev.kappa.stats.Concentration.SmallestSet;
import org.junit.jupiter.api.Test;

class ConcentrationTest {
    @Test
    void equalScoresHaveNoInequality() {
        assertThat(Concentration.gini(new double[] {2, 2, 2})).isCloseTo(0, within(1e-15));
        assertThat(Concentration.participationRatio(new double[] {2, 2, 2})).isCloseTo(3, within(1e-12));
    }

    @Test
    void oneScoreThatCarriesAllHasTheLargestInequality() {
        assertThat(Concentration.gini(new double[] {0, 0, 7, 0})).isCloseTo(0.75, within(1e-15));
        assertThat(Concentration.participationRatio(new double[] {0, 0, 7, 0})).isCloseTo(1, within(1e-15));
    }

    @Test
    void giniIsHalfTheRelativeMeanDifference() {
        double[] x = {4, 1, 1, 10};
        double sum = 0;
        for (double a : x) {
            for (double b : x) {
                sum += Math.abs(a - b);
            }
        }
        assertThat(Concentration.gini(x)).isCloseTo(sum / (2 * 4 * 16), within(1e-15));
        assertThat(Concentration.participationRatio(x)).isCloseTo(256.0 / 118, within(1e-12));
    }

    @Test
    void participationDoesNotOverflow() {
        assertThat(Concentration.participationRatio(new double[] {1e200, 1e200})).isCloseTo(2, within(1e-12));
    }

    @Test
    void theSmallestSetTakesTheLargestScoresFirst() {
        double[] scores = {1, 5, 3, 1};
        assertThat(Concentration.smallestSet(scores, 0.5)).isEqualTo(new SmallestSet(1, 5, 0.5));
        assertThat(Concentration.smallestSet(scores, 0.51)).isEqualTo(new SmallestSet(2, 3, 0.8));
        assertThat(Concentration.smallestSet(scores, 0.95)).isEqualTo(new SmallestSet(4, 1, 1));
        assertThat(Concentration.smallestSet(scores, 0)).isEqualTo(new SmallestSet(0, Double.POSITIVE_INFINITY, 0));
    }

    @Test
    void theSmallestSetOfTheWholeSumLeavesSilentScoresOut() {
        double[] scores = new double[1000];
        for (int i = 0; i < 500; i++) {
            scores[i] = 0.1 * (i + 1) / 3;
        }
        assertThat(Concentration.smallestSet(scores, 1).count()).isEqualTo(500);
    }

    @Test
    void aTotalOfZeroSaysNothing() {
        assertThat(Concentration.gini(new double[] {0, 0})).isNaN();
        assertThat(Concentration.participationRatio(new double[] {0, 0})).isNaN();
        assertThat(Concentration.participationRatio(new double[0])).isNaN();
        assertThat(Concentration.smallestSet(new double[] {0, 0}, 0.95).count()).isZero();
        assertThat(Concentration.smallestSet(new double[] {0, 0}, 0.95).share()).isNaN();
    }

    @Test
    void refusesNegativeScoresAndImpossibleShares() {
        assertThatThrownBy(() -> Concentration.gini(new double[] {1, -2}))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("-2.0");
        assertThatThrownBy(() -> Concentration.participationRatio(new double[] {Double.NaN}))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Concentration.smallestSet(new double[] {1}, 1.1)).isInstanceOf(Fault.class);
    }
}
