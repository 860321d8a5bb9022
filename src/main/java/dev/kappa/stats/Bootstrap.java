package dev.kappa.stats;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * The nonparametric bootstrap over units (blocks, widths): each resample gives every unit a multiplicity,
 * how often it was drawn with replacement.
 *
 * @param draws the statistic of each resample in ascending order, without those that were NaN
 * @param failures how many resamples gave NaN; they are in no interval, so many of them make it too narrow
 */
public record Bootstrap(double[] draws, int failures) {

    /** Evaluates a statistic of the multiplicities on seeded resamples. */
    public static Bootstrap over(int units, int resamples, long seed, ToDoubleFunction<int[]> statistic) {
        Checks.atLeast("resamples of a bootstrap", resamples, 1);
        double[] values = new double[resamples];
        int[][] multiplicities = multiplicities(units, resamples, seed);
        for (int r = 0; r < resamples; r++) {
            values[r] = statistic.applyAsDouble(multiplicities[r]);
        }
        return ofDraws(values);
    }

    /** From values that were computed elsewhere, one a resample. */
    public static Bootstrap ofDraws(double[] values) {
        double[] kept = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        return new Bootstrap(kept, values.length - kept.length);
    }

    /**
     * The multiplicities themselves, resamples × units, for a caller that evaluates several statistics on
     * the same resamples. A pure function of its arguments.
     */
    public static int[][] multiplicities(int units, int resamples, long seed) {
        Checks.atLeast("units of a bootstrap", units, 1);
        SplittableRandom random = new SplittableRandom(seed);
        int[][] out = new int[resamples][units];
        for (int[] multiplicity : out) {
            for (int i = 0; i < units; i++) {
                multiplicity[random.nextInt(units)]++;
            }
        }
        return out;
    }

    /** Percentile interval: the (1 ∓ level)/2 quantiles of the draws; NaN when there are none. */
    public Interval percentile(double level) {
        Checks.openUnit("level of an interval", level);
        return between((1 - level) / 2, level, "bootstrap_percentile");
    }

    /**
     * Percentile interval with tails widened for few units (Hesterberg, The American Statistician 69, 2015,
     * § 5.3): resamples of n units under p fitted parameters vary less than samples do by √((n−p)/n), and
     * the normal quantile that percentiles imply should be Student's with n−p degrees of freedom. For
     * seven units and two parameters a plain 95 % percentile interval covers about 84 %, this one 95 %.
     */
    public Interval expandedPercentile(double level, int units, int parameters) {
        Checks.openUnit("level of an interval", level);
        int freedom = units - parameters;
        if (freedom < 1) {
            return Interval.none(level, "bootstrap_expanded_percentile", draws.length + failures);
        }
        double student = new TDistribution(freedom).inverseCumulativeProbability(0.5 + level / 2);
        double reach = Math.sqrt((double) units / freedom) * student;
        return between(
                new NormalDistribution().cumulativeProbability(-reach), level, "bootstrap_expanded_percentile");
    }

    private Interval between(double tail, double level, String method) {
        int resamples = draws.length + failures;
        if (draws.length == 0) {
            return Interval.none(level, method, resamples);
        }
        return new Interval(
                Quantiles.linearOfSorted(draws, tail),
                Quantiles.linearOfSorted(draws, 1 - tail),
                level,
                method,
                resamples);
    }

    public double median() {
        return draws.length == 0 ? Double.NaN : Quantiles.linearOfSorted(draws, 0.5);
    }

    /** Standard deviation of the draws; NaN with fewer than two. */
    public double standardError() {
        if (draws.length < 2) {
            return Double.NaN;
        }
        double mean = Arrays.stream(draws).average().orElseThrow();
        double sum = 0;
        for (double draw : draws) {
            sum += (draw - mean) * (draw - mean);
        }
        return Math.sqrt(sum / (draws.length - 1));
    }
}
