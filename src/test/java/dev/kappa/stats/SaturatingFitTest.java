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
        double[] exact = onThePublishedHyperbola().fit(SaturatingForm.HYPERBOLIC).parameters();
        assertThat(exact[0]).isCloseTo(1507, within(1.0));
        assertThat(onThePublishedHyperbola().plateauIdentified()).isTrue();
    }

    @Test
    void aPlateauWhoseIntervalPassesTheDimensionIsNotIdentified() {
        FitReport report = SaturatingFit.of(
                curve(SaturatingForm.HYPERBOLIC, 1500, 60000), new SaturatingFit.Settings(1400, 0.95, 50, 5));
        assertThat(report.doubts()).containsExactly("interval_beyond_dimension");
        assertThat(report.flags()).containsExactly("kappa_beyond_dimension");
        assertThat(report.plateauIdentified()).isFalse();
    }

    @Test
    void aPlateauFarAboveEveryCountIsNotIdentified() {
        FitReport report = SaturatingFit.of(
                curve(SaturatingForm.HYPERBOLIC, 4000, 3e6), new SaturatingFit.Settings(9999, 0.95, 50, 5));
        assertThat(report.kappaHat()).isCloseTo(4000, Percentage.withPercentage(0.1));
        assertThat(report.doubts()).containsExactly("kappa_beyond_twice_the_largest_count");
    }

    @Test
    void dataOnAPowerLawNameItTheBestAndDoubtThePlateau() {
        FitReport report = SaturatingFit.of(curve(SaturatingForm.POWER_LAW, 9, 0.36), SETTINGS);
        assertThat(report.best()).isEqualTo(SaturatingForm.POWER_LAW);
        assertThat(report.kappaForm()).isNotEqualTo(SaturatingForm.POWER_LAW);
        assertThat(report.doubts()).contains("power_law_not_excluded");
        assertThat(report.fit(SaturatingForm.POWER_LAW).kappa()).isNaN();
    }

    @Test
    void countsThatAreAllZeroHaveNoFitAndSaySo() {
        FitReport report = SaturatingFit.of(Sweep.of(WIDTHS, new double[7]), SETTINGS);
        assertThat(report.fits()).allSatisfy(fit -> {
            assertThat(fit.converged()).isFalse();
            assertThat(fit.rss()).isNaN();
            assertThat(fit.aicc()).isNaN();
            assertThat(fit.delta()).isNaN();
            assertThat(fit.parameters()).containsOnly(Double.NaN);
            assertThat(fit.standardErrors()).containsOnly(Double.NaN);
        });
        assertThat(report.flags()).containsExactly("all_counts_zero");
        assertThat(report.doubts()).containsExactly("no_saturating_form_converged");
        assertThat(report.kappaHat()).isNaN();
        assertThat(report.kappaMedian()).isNaN();
        assertThat(report.best()).isNull();
        assertThat(report.kappaForm()).isNull();
        assertThat(report.plateauIdentified()).isFalse();
        assertThat(report.widthInterval().high()).isNaN();
    }

    @Test
    void constantCountsAreFlaggedAndNotIdentified() {
        double[] counts = new double[7];
        Arrays.fill(counts, 300);
        FitReport report = SaturatingFit.of(Sweep.of(WIDTHS, counts), SETTINGS);
        assertThat(report.flags()).contains("constant_counts");
        assertThat(report.kappaHat()).isCloseTo(300, within(1.0));
        assertThat(report.plateauIdentified()).isFalse();
    }

    @Test
    void decreasingCountsAreFlagged() {
        double[] counts = {700, 600, 500, 400, 300, 200, 100};
        FitReport report = SaturatingFit.of(Sweep.of(WIDTHS, counts), SETTINGS);
        assertThat(report.flags()).contains("decreasing_counts");
        assertThat(report.plateauIdentified()).isFalse();
    }

    @Test
    void missingCountsAreLeftOutAndFlagged() {
        Sweep whole = curve(SaturatingForm.HYPERBOLIC, 1500, 60000);
        double[] counts = whole.counts().clone();
        counts[3] = Double.NaN;
        FitReport report = SaturatingFit.of(Sweep.of(WIDTHS, counts), SETTINGS);
        assertThat(report.flags()).containsExactly("missing_counts");
        assertThat(report.fit(SaturatingForm.HYPERBOLIC).widths()).isEqualTo(6);
        assertThat(report.kappaHat()).isCloseTo(1500, within(0.1));
    }

    @Test
    void tooFewWidthsForAiccLeaveTheBestFormOpen() {
        Sweep three = Sweep.of(new double[] {1000, 2000, 4000}, new double[] {100, 160, 230});
        FitReport report = SaturatingFit.of(three, SETTINGS);
        assertThat(report.flags()).doesNotContain("too_few_widths");
        assertThat(report.doubts()).contains("aicc_undefined").doesNotContain("no_interval");
        assertThat(report.fits()).allSatisfy(fit -> assertThat(fit.aicc()).isEqualTo(Double.POSITIVE_INFINITY));
        assertThat(report.fits()).allSatisfy(fit -> assertThat(fit.delta()).isNaN());
        assertThat(report.kappaForm().parameters()).hasSize(2);
        FitReport none = SaturatingFit.of(Sweep.of(new double[0], new double[0]), SETTINGS);
        assertThat(none.doubts()).containsExactly("no_saturating_form_converged");
        assertThat(none.flags()).contains("too_few_widths");
        FitReport one = SaturatingFit.of(Sweep.of(new double[] {1000}, new double[] {5}), SETTINGS);
        assertThat(one.kappaHat()).isNaN();
    }

    @Test
    void theCriterionIsThatOfHurvichAndTsai() {
        assertThat(LeastSquares.aicc(7, 3, 14)).isCloseTo(7 * Math.log(2) + 6 + 24.0 / 3, within(1e-12));
        assertThat(LeastSquares.aicc(5, 3, 14)).isCloseTo(5 * Math.log(2.8) + 6 + 24.0, within(1e-12));
        assertThat(LeastSquares.aicc(4, 3, 14)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void reportedNumbersAgreeWithTheirDefinitions() {
        Sweep sweep = noisy();
        FitReport report = SaturatingFit.of(sweep, SETTINGS);
        FormFit fit = report.fit(SaturatingForm.HYPERBOLIC);
        double rss = 0;
        for (int i = 0; i < WIDTHS.length; i++) {
            rss += Math.pow(sweep.counts()[i] - fit.value(WIDTHS[i]), 2) / sweep.variances()[i];
        }
        assertThat(fit.rss()).isCloseTo(rss, within(1e-9));
        assertThat(fit.aicc()).isCloseTo(LeastSquares.aicc(7, 3, rss), within(1e-9));
        double least = report.fits().stream().mapToDouble(FormFit::aicc).min().orElseThrow();
        assertThat(report.fits()).allSatisfy(f -> assertThat(f.delta()).isCloseTo(f.aicc() - least, within(1e-9)));
        // No neighbour does better: the point is a minimum.
        for (double nudge : new double[] {0.999, 1.001}) {
            for (int j = 0; j < 2; j++) {
                double[] other = fit.parameters().clone();
                other[j] *= nudge;
                double worse = 0;
                for (int i = 0; i < WIDTHS.length; i++) {
                    worse += Math.pow(sweep.counts()[i] - fit.form().value(WIDTHS[i], other), 2)
                            / sweep.variances()[i];
                }
                assertThat(worse).isGreaterThan(rss);
            }
        }
    }

    @Test
    void standardErrorsAreThoseOfTheLinearisedProblem() {
        // The power law in logarithms of both parameters, by hand from the 2 × 2 normal equations.
        Sweep sweep = noisy();
        FormFit fit = SaturatingFit.of(sweep, SETTINGS).fit(SaturatingForm.POWER_LAW);
        double aa = 0;
        double ab = 0;
        double bb = 0;
        for (int i = 0; i < WIDTHS.length; i++) {
            double byA = fit.value(WIDTHS[i]);
            double byB = byA * fit.parameters()[1] * Math.log(WIDTHS[i]);
            aa += byA * byA / sweep.variances()[i];
            ab += byA * byB / sweep.variances()[i];
            bb += byB * byB / sweep.variances()[i];
        }
        double variance = fit.rss() / 5;
        double determinant = aa * bb - ab * ab;
        assertThat(fit.logCovariance()[0][0]).isCloseTo(variance * bb / determinant, Percentage.withPercentage(0.01));
        assertThat(fit.logCovariance()[0][1]).isCloseTo(-variance * ab / determinant, Percentage.withPercentage(0.01));
        assertThat(fit.standardErrors()[1])
                .isCloseTo(fit.parameters()[1] * Math.sqrt(variance * aa / determinant), Percentage.withPercentage(0.01));
        // t(0.975, 5 degrees of freedom) = 2.570582.
        double reach = 2.570582 * Math.sqrt(fit.logCovariance()[1][1]);
        Interval interval = fit.interval(1, 0.95);
        assertThat(interval.high()).isCloseTo(fit.parameters()[1] * Math.exp(reach), Percentage.withPercentage(0.001));
        assertThat(interval.low()).isCloseTo(fit.parameters()[1] * Math.exp(-reach), Percentage.withPercentage(0.001));
        assertThat(interval.method()).isEqualTo("least_squares_log_t");
    }

    @Test
    void aFitWithoutSpareWidthsHasNoErrors() {
        FormFit fit = SaturatingFit.of(Sweep.of(new double[] {1000, 8000}, new double[] {100, 300}), SETTINGS)
                .fit(SaturatingForm.HYPERBOLIC);
        assertThat(fit.standardErrors()).containsOnly(Double.NaN);
        assertThat(fit.interval(0, 0.95).high()).isNaN();
        assertThat(fit.converged()).isTrue();
    }

    @Test
    void weightsDecideWhichCountsAreFollowed() {
        double[] counts = curve(SaturatingForm.HYPERBOLIC, 1500, 60000).counts().clone();
        counts[6] = 5000;
        double[] variances = new double[7];
        Arrays.fill(variances, 1);
        variances[6] = 1e12;
        FitReport report = SaturatingFit.of(new Sweep(WIDTHS, counts, variances, new double[0][]), SETTINGS);
        assertThat(report.fit(SaturatingForm.HYPERBOLIC).kappa()).isCloseTo(1500, within(1.0));
    }

    @Test
    void intervalsFromWidthsAreSeededAndWiderWhenExpanded() {
        FitReport report = SaturatingFit.of(noisy(), SETTINGS);
        assertThat(SaturatingFit.of(noisy(), SETTINGS).widthInterval()).isEqualTo(report.widthInterval());
        assertThat(SaturatingFit.of(noisy(), new SaturatingFit.Settings(2304, 0.95, 200, 6)).widthPercentile())
                .isNotEqualTo(report.widthPercentile());
        assertThat(report.widthPercentile().contains(report.kappaMedian())).isTrue();
        assertThat(report.widthPercentile().method()).isEqualTo("bootstrap_widths");
        assertThat(report.widthPercentile().resamples()).isEqualTo(200);
        assertThat(report.widthInterval().method()).isEqualTo("bootstrap_widths_expanded");
        assertThat(report.widthInterval().low()).isLessThan(report.widthPercentile().low());
        assertThat(report.widthInterval().high()).isGreaterThan(report.widthPercentile().high());
        assertThat(report.blockInterval().high()).isNaN();
    }

    @Test
    void resampledBlocksOfDataGiveTheirOwnInterval() {
        Sweep sweep = curve(SaturatingForm.HYPERBOLIC, 1500, 60000);
        double[][] draws = new double[41][];
        for (int r = 0; r < draws.length; r++) {
            double factor = 0.9 + 0.005 * r;
            draws[r] = Arrays.stream(sweep.counts()).map(count -> factor * count).toArray();
        }
        FitReport report = SaturatingFit.of(Sweep.of(WIDTHS, sweep.counts(), draws), SETTINGS);
        assertThat(report.blockInterval().low()).isCloseTo(1500 * 0.905, within(0.1));
        assertThat(report.blockInterval().high()).isCloseTo(1500 * 1.095, within(0.1));
        assertThat(report.blockInterval().resamples()).isEqualTo(41);
        assertThat(report.blockInterval().method()).isEqualTo("bootstrap_blocks");
        assertThat(report.flags()).isEmpty();
        for (int r = 0; r < 5; r++) {
            draws[r] = new double[7];
        }
        assertThat(SaturatingFit.of(Sweep.of(WIDTHS, sweep.counts(), draws), SETTINGS).flags())
                .containsExactly("resamples_failed");
        Sweep beyond = Sweep.of(WIDTHS, sweep.counts(), new double[][] {sweep.counts(), times(sweep.counts(), 2)});
        assertThat(SaturatingFit.of(beyond, SETTINGS).doubts()).containsExactly("interval_beyond_dimension");
    }

    @Test
    void refusesWhatIsNoSweep() {
        assertThatThrownBy(() -> Sweep.of(new double[] {1, 2}, new double[] {1})).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Sweep.of(new double[] {0}, new double[] {1}))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("width");
        assertThatThrownBy(() -> Sweep.of(new double[] {1}, new double[] {-1})).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Sweep.of(new double[] {1}, new double[] {Double.POSITIVE_INFINITY}))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> new Sweep(new double[] {1}, new double[] {1}, new double[] {0}, new double[0][]))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("variance");
        assertThatThrownBy(() -> new Sweep(new double[] {1}, new double[] {1}, new double[2], new double[0][]))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Sweep.of(new double[] {1}, new double[] {1}, new double[1][2]))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Sweep.of(new double[] {Double.POSITIVE_INFINITY}, new double[] {1}))
                .isInstanceOf(Fault.class);
        assertThatThrownBy(() -> new SaturatingFit.Settings(0, 0.95, 1, 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> new SaturatingFit.Settings(1, 1, 1, 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> new SaturatingFit.Settings(1, 0.95, 0, 1)).isInstanceOf(Fault.class);
    }

    @Test
    void formsThatPutThePlateauFarApartAreFlagged() {
        // Three widths on a power law: no AICc is finite, so none is better than another.
        FitReport report = SaturatingFit.of(
                Sweep.of(new double[] {1000, 2000, 4000}, new double[] {100, 150, 225}),
                SaturatingFit.Settings.of(2304, 1));
        assertThat(report.flags()).contains("forms_disagree");
        assertThat(report.widthInterval().resamples()).isEqualTo(1000);
        assertThat(report.widthInterval().level()).isEqualTo(0.95);
    }

    @Test
    void aSweepKnowsItsVariancesAndWidths() {
        Sweep sweep = Sweep.of(new double[] {1, 2, 2}, new double[] {0, 9, 4});
        assertThat(sweep.variances()).containsExactly(1, 9, 4);
        assertThat(sweep.distinctWidths()).isEqualTo(2);
        assertThat(sweep.largestCount()).isEqualTo(9);
        assertThat(sweep.resampled(new int[] {0, 2, 1}).counts()).containsExactly(9, 9, 4);
    }

    private static double[] times(double[] values, double factor) {
        return Arrays.stream(values).map(v -> factor * v).toArray();
    }

    /** A hyperbola with residuals of about two percent. */
    private static Sweep noisy() {
        return Sweep.of(WIDTHS, new double[] {327, 517, 790, 1010, 1245, 1330, 1440});
    }

    private static FitReport onThePublishedHyperbola() {
        FormFit ends = SaturatingFit.of(
                        Sweep.of(new double[] {16384, 1048576}, new double[] {328, 1427}), SETTINGS)
                .fit(SaturatingForm.HYPERBOLIC);
        double[] counts = Arrays.stream(WIDTHS).map(ends::value).toArray();
        return SaturatingFit.of(Sweep.of(WIDTHS, counts), SETTINGS);
    }

    static Sweep curve(SaturatingForm form, double... parameters) {
        return Sweep.of(
                WIDTHS, Arrays.stream(WIDTHS).map(w -> form.value(w, parameters)).toArray());
    }
}
