package dev.kappa.stats;

import java.util.List;

/**
 * The saturating fit of a sweep and whether it may be believed.
 *
 * @param fits one for every {@link SaturatingForm}, in its order
 * @param best the form with the least AICc, the power law included; null when no AICc is finite
 * @param kappaForm the form with a plateau and the least AICc (fewest parameters where none is finite);
 *     null when none converged
 * @param kappaHat κ̂, the plateau of {@code kappaForm} in features; NaN when there is none. It is an
 *     asymptote of a curve and not a rank: nothing keeps it below d
 * @param kappaMedian median of κ̂ over resampled widths
 * @param widthPercentile plain percentiles of κ̂ over resampled widths ({@code bootstrap_widths}), for
 *     comparison with published intervals: with seven widths they cover 82–87 % where 95 % is said. A
 *     resample whose plateau runs away counts as +∞
 * @param widthInterval the same with tails widened for few widths ({@code bootstrap_widths_expanded},
 *     {@link Bootstrap#expandedPercentile}): covers 94–99 % in the same simulations, given that the form is
 *     the right one
 * @param blockInterval of κ̂ from refitting the counts of resampled data blocks ({@code bootstrap_blocks}):
 *     the noise of the data only, not of the dictionaries; NaN when none were given
 * @param plateauIdentified true only when {@code doubts} is empty
 * @param doubts why the plateau is not identified: {@code power_law_not_excluded} (within 2 AICc of the
 *     best), {@code kappa_beyond_twice_the_largest_count}, {@code interval_beyond_dimension}
 *     (the top of {@code widthInterval} or {@code blockInterval} exceeds d), {@code no_interval}, {@code aicc_undefined} (too few widths), {@code no_saturating_form_converged}
 * @param flags what else to know: {@code too_few_widths} (fewer than 3), {@code all_counts_zero},
 *     {@code constant_counts}, {@code decreasing_counts}, {@code missing_counts},
 *     {@code forms_disagree} (forms with a plateau within 2 AICc of the best such form put it more than a
 *     factor of 2 apart), {@code kappa_beyond_dimension}, {@code resamples_failed} (more than 1 in 20)
 */
public record FitReport(
        List<FormFit> fits,
        SaturatingForm best,
        SaturatingForm kappaForm,
        double kappaHat,
        double kappaMedian,
        Interval widthPercentile,
        Interval widthInterval,
        Interval blockInterval,
        boolean plateauIdentified,
        List<String> doubts,
        List<String> flags) {

    public FormFit fit(SaturatingForm form) {
        return fits.get(form.ordinal());
    }
}
