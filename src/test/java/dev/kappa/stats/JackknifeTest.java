package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JackknifeTest {
    private static final double[] SAMPLE = {3, 1, 4, 1, 5, 9, 2, 6};

    @Test
    void theJackknifeOfAMeanIsTheTextbookStandardError() {
        Jackknife jackknife = jackknife(SAMPLE, JackknifeTest::mean);
        double mean = mean(SAMPLE);
        double variance = Arrays.stream(SAMPLE).map(x -> (x - mean) * (x - mean)).sum() / 7;
        assertThat(jackknife.standardError()).isCloseTo(Math.sqrt(variance / 8), within(1e-12));
        assertThat(jackknife.bias()).isCloseTo(0, within(1e-12));
        assertThat(jackknife.blocks()).isEqualTo(8);
    }

    @Test
    void theIntervalOfAMeanIsStudents() {
        // Quantile t(0.975, 7 degrees of freedom) = 2.364624.
        Interval interval = jackknife(SAMPLE, JackknifeTest::mean).interval(0.95);
        double error = jackknife(SAMPLE, JackknifeTest::mean).standardError();
        assertThat(interval.low()).isCloseTo(mean(SAMPLE) - 2.364624 * error, within(1e-5));
        assertThat(interval.high()).isCloseTo(mean(SAMPLE) + 2.364624 * error, within(1e-5));
        assertThat(interval.method()).isEqualTo("jackknife_t");
        assertThat(interval.resamples()).isEqualTo(8);
        assertThat(interval.level()).isEqualTo(0.95);
    }

    @Test
    void theBiasOfTheVarianceWithDivisorNIsRemovedExactly() {
        Jackknife jackknife = jackknife(SAMPLE, JackknifeTest::variance);
        double unbiased = variance(SAMPLE) * 8 / 7;
        assertThat(jackknife.biasCorrected()).isCloseTo(unbiased, within(1e-12));
        assertThat(jackknife.bias()).isCloseTo(variance(SAMPLE) - unbiased, within(1e-12));
        Interval corrected = jackknife.interval(0.9);
        Interval plain = jackknife.uncorrectedInterval(0.9);
        assertThat((corrected.low() + corrected.high()) / 2).isCloseTo(unbiased, within(1e-12));
        assertThat((plain.low() + plain.high()) / 2).isCloseTo(variance(SAMPLE), within(1e-12));
        assertThat(plain.width()).isCloseTo(corrected.width(), within(1e-12));
        assertThat(plain.method()).isEqualTo("jackknife_t_uncorrected");
    }

    @Test
    void theLogarithmicIntervalIsPositiveAndSymmetricInRatio() {
        Jackknife jackknife = jackknife(SAMPLE, JackknifeTest::variance);
        Interval interval = jackknife.logInterval(0.95);
        assertThat(interval.low()).isPositive();
        double centre = Math.exp(jackknife.transformed(Math::log).biasCorrected());
        assertThat(interval.high() / centre).isCloseTo(centre / interval.low(), within(1e-9));
        assertThat(interval.method()).isEqualTo("jackknife_t_log");
    }

    @Test
    void fishersIntervalStaysInsideMinusOneToOne() {
        Jackknife jackknife = new Jackknife(0.98, new double[] {0.97, 0.99, 0.985, 0.96});
        Interval interval = jackknife.fisherInterval(0.95);
        assertThat(interval.high()).isLessThan(1);
        assertThat(interval.low()).isGreaterThan(-1);
        Interval onZ = jackknife.transformed(r -> Math.log((1 + r) / (1 - r)) / 2).interval(0.95);
        assertThat(interval.low()).isCloseTo(Math.tanh(onZ.low()), within(1e-12));
        assertThat(interval.method()).isEqualTo("jackknife_t_fisher");
    }

    @Test
    void aStatisticThatIsUndefinedWithoutSomeBlockHasNoInterval() {
        assertThat(new Jackknife(1, new double[] {1, Double.NaN}).interval(0.95).low()).isNaN();
        assertThat(new Jackknife(Double.NaN, new double[] {1, 1}).interval(0.95).high()).isNaN();
        assertThat(new Jackknife(1, new double[] {-1, 2}).logInterval(0.95).high()).isNaN();
        assertThat(new Jackknife(1, new double[] {1, 0.9}).fisherInterval(0.95).high()).isNaN();
    }

    @Test
    void refusesOneBlockAndAnImpossibleLevel() {
        assertThatThrownBy(() -> new Jackknife(1, new double[] {1})).isInstanceOf(Fault.class);
        assertThat(new Jackknife(1, new double[] {1, 2}).blocks()).isEqualTo(2);
        assertThatThrownBy(() -> new Jackknife(1, new double[] {1, 2}).interval(1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> new Jackknife(1, new double[] {1, 2}).interval(0)).isInstanceOf(Fault.class);
    }

    private static Jackknife jackknife(double[] sample, ToDoubleFunction<double[]> statistic) {
        List<double[]> without = IntStream.range(0, sample.length)
                .mapToObj(left -> IntStream.range(0, sample.length)
                        .filter(b -> b != left)
                        .mapToDouble(b -> sample[b])
                        .toArray())
                .toList();
        return Jackknife.of(sample, without, statistic);
    }

    private static double mean(double[] sample) {
        return Arrays.stream(sample).average().orElseThrow();
    }

    private static double variance(double[] sample) {
        double mean = mean(sample);
        return Arrays.stream(sample).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    }
}
