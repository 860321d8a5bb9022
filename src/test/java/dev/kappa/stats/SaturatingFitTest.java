package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SaturatingFitTest {
    /** 2^14 … 2^20. */
    static final double[] WIDTHS = {16384, 32768, 65536, 131072, 262144, 524288, 1048576};

    private static final SaturatingFit.Settings SETTINGS = new SaturatingFit.Settings(2304, 0.95, 200, 5);

    static Stream<Arguments> generators() {
        return Stream.of(
                Arguments.of(SaturatingForm.HYPERBOLIC, new double[] {1500, 60000}),
                Arguments.of(SaturatingForm.EXPONENTIAL, new double[] {1500, 150000}),
                Arguments.of(SaturatingForm.STRETCHED_EXPONENTIAL, new double[] {1500, 100000, 0.6}),
                Arguments.of(SaturatingForm.HILL, new double[] {1500, 100000, 1.8}),
                Arguments.of(SaturatingForm.POWER_LAW, new double[] {9, 0.36}));
    }

    @ParameterizedTest
    @MethodSource("generators")
    void recoversTheParametersOfDataWithoutNoise(SaturatingForm form, double[] parameters) {
        FitReport report = SaturatingFit.of(curve(form, parameters), SETTINGS);
        FormFit fit = report.fit(form);
        assertThat(fit.converged()).isTrue();
        for (int i = 0; i < parameters.length; i++) {
            assertThat(fit.parameters()[i]).isCloseTo(parameters[i], Percentage.withPercentage(0.01));
        }
        assertThat(report.best()).isEqualTo(form);
        assertThat(fit.delta()).isZero();
    }

    @ParameterizedTest
    @MethodSource("generators")
    void gradientsAgreeWithDifferences(SaturatingForm form, double[] parameters) {
        double[] gradient = new double[parameters.length];
        for (double w : new double[] {1000, 60000, 3e6}) {
            form.logGradient(w, parameters, gradient);
            for (int j = 1; j < parameters.length; j++) {
                double[] up = parameters.clone();
                double[] down = parameters.clone();
                up[j] *= Math.exp(1e-5);
                down[j] *= Math.exp(-1e-5);
                double slope = (form.shape(w, up) - form.shape(w, down)) / 2e-5;
                assertThat(gradient[j]).as("%s at %s by %d", form, w, j).isCloseTo(slope, within(1e-8 * (1 + Math.abs(slope))));
            }
        }
    }

    @Test
    void twoPublishedEndpointsGiveTheArithmeticOfAHyperbola() {
        FitReport report =
                SaturatingFit.of(Sweep.of(new double[] {16384, 1048576}, new double[] {328, 1427}), SETTINGS);
        assertThat(report.fit(SaturatingForm.HYPERBOLIC).kappa()).isCloseTo(1507, within(1.0));
        assertThat(report.flags()).contains("too_few_widths");
        assertThat(report.doubts()).contains("aicc_undefined", "no_interval");
        assertThat(report.plateauIdentified()).isFalse();
        assertThat(report.kappaForm()).isEqualTo(SaturatingForm.HYPERBOLIC);
        assertThat(report.best()).isNull();
    }

    @Test
    void sevenWidthsOnThatHyperbolaHaveAnIdentifiedPlateau() {
        double[] exact = report(1).fit(SaturatingForm.HYPERBOLIC).parameters();
        assertThat(exact[0]).isCloseTo(1507, within(1.0));
        assertThat(report(1).plateauIdentified()).isTrue();
    }

    private static FitReport report(double factor) {
        FormFit ends = SaturatingFit.of(
                        Sweep.of(new double[] {16384, 1048576}, new double[] {328, 1427}), SETTINGS)
                .fit(SaturatingForm.HYPERBOLIC);
        double[] counts = Arrays.stream(WIDTHS).map(w -> factor * ends.value(w)).toArray();
        return SaturatingFit.of(Sweep.of(WIDTHS, counts), SETTINGS);
    }

    static Sweep curve(SaturatingForm form, double... parameters) {
        return Sweep.of(
                WIDTHS, Arrays.stream(WIDTHS).map(w -> form.value(w, parameters)).toArray());
    }
}
