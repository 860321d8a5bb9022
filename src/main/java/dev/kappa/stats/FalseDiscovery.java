package dev.kappa.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Control of the false-discovery rate (Benjamini &amp; Hochberg 1995): of the features called causal, the
 * expected share that is not stays at or below α, for p-values that are independent or positively
 * dependent, as those from one shared null sample are (Bates et al. 2023).
 */
public final class FalseDiscovery {
    private FalseDiscovery() {}

    /**
     * A threshold on scores.
     *
     * @param tau a score is a discovery when it exceeds τ; +∞ when there is none
     * @param discoveries how many scores exceed τ
     * @param pValue the largest p-value that is a discovery; NaN when there is none
     */
    public record Threshold(double tau, int discoveries, double pValue) {}

    /** (1 + #{null ≥ score}) / (1 + #null) for each score: never 0, valid at any size of the null sample. */
    public static double[] empiricalPValues(double[] scores, double[] nullScores) {
        Checks.finite("scores", scores);
        double[] ascending = ascendingNull(nullScores);
        return Arrays.stream(scores)
                .map(score -> (1.0 + ascending.length - countBelow(ascending, score)) / (1.0 + ascending.length))
                .toArray();
    }

    /** Adjusted p-values min over j ≥ i of m p₍ⱼ₎ / j: item i is a discovery at every α ≥ its value. */
    public static double[] adjusted(double[] pValues) {
        int m = pValues.length;
        for (double p : pValues) {
            Checks.closedUnit("a p-value", p);
        }
        Integer[] order = IntStream.range(0, m).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> pValues[i]));
        double[] adjusted = new double[m];
        double least = 1;
        for (int rank = m; rank >= 1; rank--) {
            int item = order[rank - 1];
            least = Math.min(least, pValues[item] * m / rank);
            adjusted[item] = least;
        }
        return adjusted;
    }

    /** The threshold on scores that controls the false-discovery rate at α against a sample of the null. */
    public static Threshold threshold(double[] scores, double[] nullScores, double alpha) {
        Checks.openUnit("alpha", alpha);
        double[] p = empiricalPValues(scores, nullScores);
        double[] adjusted = adjusted(p);
        double largest = IntStream.range(0, p.length)
                .filter(i -> adjusted[i] <= alpha)
                .mapToDouble(i -> p[i])
                .max()
                .orElse(Double.NaN);
        if (Double.isNaN(largest)) {
            return new Threshold(Double.POSITIVE_INFINITY, 0, Double.NaN);
        }
        // p ≤ largest leaves room for `above` null scores at or over the score, so it must exceed the next.
        double[] ascending = ascendingNull(nullScores);
        int above = (int) Math.round(largest * (1 + ascending.length)) - 1;
        double tau = ascending[ascending.length - 1 - above];
        int discoveries = (int) Arrays.stream(scores).filter(score -> score > tau).count();
        return new Threshold(tau, discoveries, largest);
    }

    private static double[] ascendingNull(double[] nullScores) {
        Checks.finite("null scores", nullScores);
        Checks.atLeast("null scores", nullScores.length, 1);
        double[] ascending = nullScores.clone();
        Arrays.sort(ascending);
        return ascending;
    }

    /** How many values of an ascending array are below x. */
    private static int countBelow(double[] ascending, double x) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] < x) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
