package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final double[] SAMPLE = {3, 1, 4, 1, 5, 9, 2, 6};

    @Test
    void everyResampleDrawsAsManyUnitsAsThereAre() {
        int[][] multiplicities = Bootstrap.multiplicities(8, 50, 1);
        assertThat(multiplicities).hasDimensions(50, 8);
        for (int[] multiplicity : multiplicities) {
            assertThat(Arrays.stream(multiplicity).sum()).isEqualTo(8);
        }
        assertThat(multiplicities[0]).isNotEqualTo(multiplicities[1]);
    }

    @Test
    void everyUnitIsDrawnEquallyOften() {
        int[] total = new int[5];
        for (int[] multiplicity : Bootstrap.multiplicities(5, 4000, 9)) {
            Arrays.setAll(total, i -> total[i] + multiplicity[i]);
        }
        for (int count : total) {
            assertThat((double) count).as("seed 9").isCloseTo(4000, within(250.0));
        }
    }

    @Test
    void theSameSeedGivesTheSameDigitsAndAnotherSeedOthers() {
        assertThat(means(200, 4).draws()).isEqualTo(means(200, 4).draws());
        assertThat(means(200, 4).draws()).isNotEqualTo(means(200, 5).draws());
    }

    @Test
    void theStandardErrorOfAMeanIsThePopulationDeviationOverRootN() {
        double mean = 31.0 / 8;
        double variance = Arrays.stream(SAMPLE).map(x -> (x - mean) * (x - mean)).sum() / 8;
        Bootstrap bootstrap = means(20_000, 2);
        assertThat(bootstrap.standardError()).as("seed 2").isCloseTo(Math.sqrt(variance / 8), within(0.01));
        assertThat(bootstrap.median()).as("seed 2").isCloseTo(mean, within(0.06));
    }

    @Test
    void percentilesAreThoseOfTheDraws() {
        double[] draws = new double[101];
        Arrays.setAll(draws, i -> 100 - i);
        Interval interval = Bootstrap.ofDraws(draws).percentile(0.9);
        assertThat(interval.low()).isCloseTo(5, within(1e-9));
        assertThat(interval.high()).isCloseTo(95, within(1e-9));
        assertThat(interval.resamples()).isEqualTo(101);
        assertThat(interval.level()).isEqualTo(0.9);
        assertThat(interval.method()).isEqualTo("bootstrap_percentile");
    }

    @Test
    void expandedPercentilesHaveTheTailsOfStudentAndFewUnits() {
        // √(7/5) · t(0.975, 5) = 3.04155, whose normal tail is 0.0011768.
        double[] draws = new double[100_001];
        Arrays.setAll(draws, i -> i / 100_000.0);
        Interval interval = Bootstrap.ofDraws(draws).expandedPercentile(0.95, 7, 2);
        assertThat(interval.low()).isCloseTo(0.0011768, within(2e-7));
        assertThat(interval.high()).isCloseTo(1 - 0.0011768, within(2e-7));
        assertThat(interval.level()).isEqualTo(0.95);
        assertThat(interval.method()).isEqualTo("bootstrap_expanded_percentile");
        assertThat(Bootstrap.ofDraws(draws).expandedPercentile(0.95, 2, 2).low()).isNaN();
        assertThat(Bootstrap.ofDraws(draws).expandedPercentile(0.95, 3, 2).low()).isNotNaN();
    }

    @Test
    void drawsThatAreNanAreCountedAndLeftOut() {
        Bootstrap bootstrap = Bootstrap.ofDraws(new double[] {2, Double.NaN, 1, Double.POSITIVE_INFINITY});
        assertThat(bootstrap.draws()).containsExactly(1, 2, Double.POSITIVE_INFINITY);
        assertThat(bootstrap.failures()).isEqualTo(1);
        assertThat(bootstrap.median()).isEqualTo(2);
        assertThat(bootstrap.percentile(0.95).resamples()).isEqualTo(4);
    }

    @Test
    void noDrawsGiveNoNumbers() {
        Bootstrap bootstrap = Bootstrap.ofDraws(new double[] {Double.NaN});
        assertThat(bootstrap.median()).isNaN();
        assertThat(bootstrap.standardError()).isNaN();
        assertThat(bootstrap.percentile(0.95).low()).isNaN();
        assertThat(Bootstrap.ofDraws(new double[] {1}).standardError()).isNaN();
        assertThat(Bootstrap.ofDraws(new double[] {1, 3}).standardError()).isCloseTo(Math.sqrt(2), within(1e-12));
    }

    @Test
    void refusesNothingToResample() {
        assertThatThrownBy(() -> Bootstrap.multiplicities(0, 1, 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Bootstrap.over(2, 0, 1, m -> 0)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Bootstrap.ofDraws(new double[] {1}).percentile(1)).isInstanceOf(Fault.class);
        assertThat(Bootstrap.over(1, 1, 1, m -> m[0]).draws()).containsExactly(1);
    }

    private static Bootstrap means(int resamples, long seed) {
        return Bootstrap.over(SAMPLE.length, resamples, seed, multiplicity -> {
            double sum = 0;
            for (int i = 0; i < SAMPLE.length; i++) {
                sum += multiplicity[i] * SAMPLE[i] / SAMPLE.length;
            }
            return sum;
        });
    }
}
