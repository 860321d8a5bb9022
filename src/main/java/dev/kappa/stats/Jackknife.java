package dev.kappa.stats;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * The delete-one jackknife over B blocks of equal weight (Quenouille; Tukey; Efron &amp; Tibshirani 1993,
 * ch. 11). It needs a statistic that is smooth in the blocks; a quantile or a count over a hard threshold
 * is not.
 *
 * <p>Coverage of nominal 95 % intervals of an effective rank from 20 blocks, in simulation: 93–97 % when the
 * scales of the sequences spread by up to a factor of e^0.5, on either scale. With a spread of e^1 (squares
 * spread by e^2) and few sequences a block it falls to 87–94 %, and the logarithmic interval is the better.
 * Without the correction of the bias it falls to 50–85 % as soon as d is not small against the samples.
 *
 * @param estimate the statistic of all blocks
 * @param leaveOneOut the statistic without block b, for every b
 */
public record Jackknife(double estimate, double[] leaveOneOut) {

    public Jackknife {
        Checks.atLeast("blocks of a jackknife", leaveOneOut.length, 2);
    }

    /** Evaluates the statistic without each block in turn. */
    public static Jackknife over(int blocks, double estimate, IntToDoubleFunction without) {
        double[] values = new double[blocks];
        for (int b = 0; b < blocks; b++) {
            values[b] = without.applyAsDouble(b);
        }
        return new Jackknife(estimate, values);
    }

    /** Of a statistic of something that was made of all blocks, and without each in turn. */
    public static <T> Jackknife of(T all, List<T> without, ToDoubleFunction<T> statistic) {
        return over(
                without.size(), statistic.applyAsDouble(all), block -> statistic.applyAsDouble(without.get(block)));
    }

    public int blocks() {
        return leaveOneOut.length;
    }

    /** √((B−1)/B Σ (θ₍b₎ − mean)²), in the unit of the statistic. */
    public double standardError() {
        return Math.sqrt(variance(leaveOneOut));
    }

    /** (B−1)/B Σ (θ₍b₎ − mean)², of the statistic without each block. */
    static double variance(double[] leaveOneOut) {
        double mean = mean(leaveOneOut);
        double sum = 0;
        for (double value : leaveOneOut) {
            sum += (value - mean) * (value - mean);
        }
        int blocks = leaveOneOut.length;
        return sum * (blocks - 1) / blocks;
    }

    /** (B−1)(mean θ₍b₎ − θ): the part of the bias that falls as one over the number of blocks. */
    public double bias() {
        return (blocks() - 1) * (mean(leaveOneOut) - estimate);
    }

    public double biasCorrected() {
        return estimate - bias();
    }

    /** Student-t interval with B−1 degrees of freedom around the bias-corrected estimate. */
    public Interval interval(double level) {
        return around(biasCorrected(), standardError(), level, "jackknife_t");
    }

    /** The same around the estimate as it is, for a statistic that is known to have no bias. */
    public Interval uncorrectedInterval(double level) {
        return around(estimate, standardError(), level, "jackknife_t_uncorrected");
    }

    /**
     * The bias-corrected interval made on the logarithm and carried back, for a positive quantity whose
     * error is multiplicative: a rank, a ratio, a variance. NaN when any value is not positive.
     */
    public Interval logInterval(double level) {
        return transformed(Math::log).interval(level).mapped(Math::exp, "jackknife_t_log");
    }

    /** The same on Fisher's z = atanh r, for a correlation; NaN when any value is ±1. */
    public Interval fisherInterval(double level) {
        return transformed(r -> 0.5 * Math.log((1 + r) / (1 - r)))
                .interval(level)
                .mapped(Math::tanh, "jackknife_t_fisher");
    }

    /** The jackknife of a function of the statistic. */
    public Jackknife transformed(DoubleUnaryOperator function) {
        return new Jackknife(
                function.applyAsDouble(estimate),
                Arrays.stream(leaveOneOut).map(function).toArray());
    }

    /** Student-t interval with B−1 degrees of freedom and this standard error. */
    Interval around(double centre, double standardError, double level, String method) {
        Checks.openUnit("level of an interval", level);
        double reach = new TDistribution(blocks() - 1).inverseCumulativeProbability(0.5 + level / 2) * standardError;
        if (!Double.isFinite(reach) || !Double.isFinite(centre)) {
            return Interval.none(level, method, blocks());
        }
        return new Interval(centre - reach, centre + reach, level, method, blocks());
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
