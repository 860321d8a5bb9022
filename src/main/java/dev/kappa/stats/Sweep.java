package dev.kappa.stats;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts of features over dictionaries of growing width: what a saturating curve is fitted to.
 *
 * @param widths W, features of each dictionary, positive
 * @param counts N(W), not negative; a NaN count is left out of the fit and flagged
 * @param variances variance of each count, up to a common factor that the fit estimates, positive
 * @param blockDraws counts recomputed on bootstrap resamples of the data blocks, resamples × widths; empty
 *     when there are none
 */
public record Sweep(double[] widths, double[] counts, double[] variances, double[][] blockDraws) {

    public Sweep {
        Checks.sameLength("widths and counts", widths, counts);
        Checks.sameLength("widths and variances", widths, variances);
        for (int i = 0; i < widths.length; i++) {
            requirePositive("a width", widths[i]);
            requirePositive("a variance", variances[i]);
            if (counts[i] < 0 || Double.isInfinite(counts[i])) {
                throw Fault.user("bad_count", "a count must be finite and not negative, not " + counts[i]);
            }
        }
        for (double[] draw : blockDraws) {
            Checks.sameLength("widths and the counts of a resample", widths, draw);
        }
    }

    /** Counts whose variance grows in proportion to them (Poisson-like), without resamples. */
    public static Sweep of(double[] widths, double[] counts) {
        return of(widths, counts, new double[0][]);
    }

    /** Counts whose variance grows in proportion to them (Poisson-like). */
    public static Sweep of(double[] widths, double[] counts, double[][] blockDraws) {
        return new Sweep(widths, counts, countVariances(counts), blockDraws);
    }

    public int size() {
        return widths.length;
    }

    /** How many different widths there are. */
    public int distinctWidths() {
        return (int) Arrays.stream(widths).distinct().count();
    }

    public double largestCount() {
        return Arrays.stream(counts).max().orElse(Double.NaN);
    }

    /** The same widths with the counts of one resample of the data; the variances stay. */
    Sweep withCounts(double[] newCounts) {
        return new Sweep(widths, newCounts, variances, new double[0][]).withoutMissing();
    }

    /** Each width repeated as often as it was drawn. */
    Sweep resampled(int[] multiplicity) {
        return select(IntStream.range(0, size())
                .flatMap(i -> IntStream.generate(() -> i).limit(multiplicity[i]))
                .toArray());
    }

    Sweep withoutMissing() {
        return select(IntStream.range(0, size())
                .filter(i -> !Double.isNaN(counts[i]))
                .toArray());
    }

    private Sweep select(int[] rows) {
        double[][] draws = Arrays.stream(blockDraws).map(draw -> Ranks.pick(draw, rows)).toArray(double[][]::new);
        return new Sweep(Ranks.pick(widths, rows), Ranks.pick(counts, rows), Ranks.pick(variances, rows), draws);
    }

    private static double[] countVariances(double[] counts) {
        return Arrays.stream(counts)
                .map(count -> Double.isNaN(count) ? 1 : Math.max(count, 1))
                .toArray();
    }

    private static void requirePositive(String what, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw Fault.user("not_positive", what + " must be finite and above 0, not " + value);
        }
    }
}
