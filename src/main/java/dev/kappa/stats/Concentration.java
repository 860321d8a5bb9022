package dev.kappa.stats;

import dev.kappa.fault.Fault;
import java.util.Arrays;

/** How unevenly a total is spread over non-negative scores. All are NaN when the total is zero. */
public final class Concentration {
    private Concentration() {}

    /**
     * The smallest set of scores that carries a share of their sum.
     *
     * @param count how many scores are in it
     * @param threshold the smallest score in it; +∞ when the set is empty
     * @param share the share of the sum that it really carries
     */
    public record SmallestSet(int count, double threshold, double share) {}

    /** Gini coefficient Σ (2i − n − 1) x₍ᵢ₎ / (n Σ x): 0 when equal, 1 − 1/n when one carries all. */
    public static double gini(double[] scores) {
        double[] ascending = ascendingNonNegative(scores);
        int n = ascending.length;
        double sum = 0;
        double weighted = 0;
        for (int i = 0; i < n; i++) {
            sum += ascending[i];
            weighted += (2.0 * i - n + 1) * ascending[i];
        }
        return sum > 0 ? weighted / (n * sum) : Double.NaN;
    }

    /** Participation ratio (Σx)² / Σx²: between 1, when one carries all, and n, when all are equal. */
    public static double participationRatio(double[] scores) {
        double[] ascending = ascendingNonNegative(scores);
        double largest = ascending.length == 0 ? 0 : ascending[ascending.length - 1];
        double sum = 0;
        double squares = 0;
        for (double score : ascending) {
            double scaled = score / largest;
            sum += scaled;
            squares += scaled * scaled;
        }
        return largest > 0 ? sum * sum / squares : Double.NaN;
    }

    /** The smallest set that carries at least this share (0 … 1) of the sum: the {@code mass} calibration. */
    public static SmallestSet smallestSet(double[] scores, double share) {
        Checks.closedUnit("share", share);
        double[] ascending = ascendingNonNegative(scores);
        // Summed in the order of the search below, so that the whole set carries exactly the total.
        double total = 0;
        for (int i = ascending.length - 1; i >= 0; i--) {
            total += ascending[i];
        }
        double sum = 0;
        int count = 0;
        while (count < ascending.length && sum < share * total) {
            count++;
            sum += ascending[ascending.length - count];
        }
        double threshold = count == 0 ? Double.POSITIVE_INFINITY : ascending[ascending.length - count];
        return new SmallestSet(count, threshold, sum / total);
    }

    private static double[] ascendingNonNegative(double[] scores) {
        Checks.finite("scores", scores);
        double[] ascending = scores.clone();
        Arrays.sort(ascending);
        if (ascending.length > 0 && ascending[0] < 0) {
            throw Fault.user("negative_score", "scores must not be negative; the least is " + ascending[0]);
        }
        return ascending;
    }
}
