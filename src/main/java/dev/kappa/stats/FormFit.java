package dev.kappa.stats;

import org.hipparchus.distribution.continuous.TDistribution;

/**
 * One form fitted to a sweep by weighted nonlinear least squares.
 *
 * @param form the curve
 * @param parameters in the order of {@link SaturatingForm#parameters()}; NaN when the fit did not converge
 * @param standardErrors of the parameters, by the delta method from {@code logCovariance}
 * @param logCovariance covariance of the logarithms of the parameters, σ̂² (JᵀWJ)⁻¹ with σ̂² = rss/(n − p);
 *     NaN when there are no spare widths or a parameter does not matter to the fit
 * @param rss weighted residual sum of squares Σ (N − fit)² / variance
 * @param widths n, how many counts were fitted
 * @param aicc n ln(rss/n) + 2k + 2k(k+1)/(n−k−1), where k counts the parameters and σ² (Hurvich &amp; Tsai
 *     1989); +∞ when n ≤ k + 1, NaN when the fit did not converge
 * @param delta aicc minus the least aicc of the report; NaN when none is finite
 * @param converged whether the optimiser met its tolerance; when it did not, every number is NaN
 */
public record FormFit(
        SaturatingForm form,
        double[] parameters,
        double[] standardErrors,
        double[][] logCovariance,
        double rss,
        int widths,
        double aicc,
        double delta,
        boolean converged) {

    /** The plateau κ̂ in features, or NaN for the power law, which has none. */
    public double kappa() {
        return form.hasPlateau() ? parameters[0] : Double.NaN;
    }

    /** The fitted count at a width. */
    public double value(double width) {
        return form.value(width, parameters);
    }

    /** Student-t interval of a parameter on its logarithm, with n − p degrees of freedom. */
    public Interval interval(int parameter, double level) {
        Checks.openUnit("level of an interval", level);
        int freedom = widths - parameters.length;
        double logError = Math.sqrt(logCovariance[parameter][parameter]);
        if (freedom < 1 || !Double.isFinite(logError)) {
            return Interval.none(level, "least_squares_log_t", 0);
        }
        double reach = new TDistribution(freedom).inverseCumulativeProbability(0.5 + level / 2) * logError;
        double value = parameters[parameter];
        return new Interval(value * Math.exp(-reach), value * Math.exp(reach), level, "least_squares_log_t", 0);
    }

    FormFit withDelta(double newDelta) {
        return new FormFit(
                form, parameters, standardErrors, logCovariance, rss, widths, aicc, newDelta, converged);
    }
}
