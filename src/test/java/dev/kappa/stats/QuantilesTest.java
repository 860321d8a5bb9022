package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class QuantilesTest {
    private static final double[] SAMPLE = {0.3, 7, 2.5, 2.5, -1, 10, 4.2};

    @Test
    void linearQuantilesLieBetweenOrderStatistics() {
        assertThat(Quantiles.linear(SAMPLE, 0)).isEqualTo(-1);
        assertThat(Quantiles.linear(SAMPLE, 0.1)).isCloseTo(-0.22, within(1e-12));
        assertThat(Quantiles.linear(SAMPLE, 0.5)).isEqualTo(2.5);
        assertThat(Quantiles.linear(SAMPLE, 0.98)).isCloseTo(9.64, within(1e-12));
        assertThat(Quantiles.linear(SAMPLE, 1)).isEqualTo(10);
    }

    @Test
    void higherQuantilesAreValuesOfTheSample() {
        assertThat(Quantiles.higher(SAMPLE, 0)).isEqualTo(-1);
        assertThat(Quantiles.higher(SAMPLE, 0.1)).isEqualTo(0.3);
        assertThat(Quantiles.higher(SAMPLE, 0.5)).isEqualTo(2.5);
        assertThat(Quantiles.higher(SAMPLE, 0.7)).isEqualTo(7);
        assertThat(Quantiles.higher(SAMPLE, 1)).isEqualTo(10);
    }

    @Test
    void theQuantile098OfTheNarrowestSweepLeavesTwoPercentAbove() {
        double[] scores = new double[16_384];
        Arrays.setAll(scores, i -> i);
        double tau = Quantiles.linear(scores, 0.98);
        assertThat(Arrays.stream(scores).filter(s -> s > tau).count()).isEqualTo(328);
    }

    @Test
    void infiniteEndsStayInfiniteAndDoNotSpread() {
        double[] sample = {1, 2, Double.POSITIVE_INFINITY};
        assertThat(Quantiles.linear(sample, 0.5)).isEqualTo(2);
        assertThat(Quantiles.linear(sample, 0.75)).isEqualTo(Double.POSITIVE_INFINITY);
        double[] twice = {1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        assertThat(Quantiles.linear(twice, 0.75)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void anEmptySampleHasNoQuantile() {
        assertThat(Quantiles.linear(new double[0], 0.5)).isNaN();
        assertThat(Quantiles.higher(new double[0], 0.5)).isNaN();
    }

    @Test
    void refusesNanAndAnImpossibleProbability() {
        assertThatThrownBy(() -> Quantiles.linear(new double[] {1, Double.NaN}, 0.5))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("number 1");
        assertThatThrownBy(() -> Quantiles.linear(SAMPLE, 1.01)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Quantiles.higher(SAMPLE, -0.01)).isInstanceOf(Fault.class);
    }

    @Test
    void theSampleGivenStaysAsItWas() {
        double[] sample = SAMPLE.clone();
        Quantiles.linear(sample, 0.3);
        assertThat(sample).isEqualTo(SAMPLE);
    }
}
