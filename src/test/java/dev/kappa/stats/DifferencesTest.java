package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import org.junit.jupiter.api.Test;

class DifferencesTest {
    @Test
    void aDifferenceIsRelativeToTheLarger() {
        assertThat(Differences.relative(8, 10)).isCloseTo(0.2, within(1e-15));
        assertThat(Differences.relative(-10, 8)).isCloseTo(1.8, within(1e-15));
        assertThat(Differences.relative(0, 0)).isZero();
        assertThat(Differences.relative(Double.NaN, 1)).isNaN();
    }

    @Test
    void theLargestOfAnyPairCounts() {
        assertThat(Differences.largestRelative(new double[] {1, 8, 0}, new double[] {1, 10, 0}))
                .isCloseTo(0.2, within(1e-15));
        assertThat(Differences.largestRelative(new double[] {Double.NaN, 8}, new double[] {1, 10})).isNaN();
        assertThat(Differences.largestRelative(new double[0], new double[0])).isZero();
    }

    @Test
    void theNormIsInsensitiveToSmallEntries() {
        assertThat(Differences.relativeNorm(new double[] {3, 4}, new double[] {3, 4})).isZero();
        assertThat(Differences.relativeNorm(new double[] {0, 0}, new double[] {0, 0})).isZero();
        assertThat(Differences.relativeNorm(new double[] {3, 4}, new double[] {3, 1})).isCloseTo(0.6, within(1e-15));
        assertThat(Differences.relativeNorm(new double[] {3, 1}, new double[] {3, 4})).isCloseTo(0.6, within(1e-15));
    }

    @Test
    void refusesUnequalLengths() {
        assertThatThrownBy(() -> Differences.largestRelative(new double[1], new double[2])).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Differences.relativeNorm(new double[1], new double[2])).isInstanceOf(Fault.class);
    }
}
