package dev.kappa.stats;

/** Relative differences, for saying how closely two computations of one thing agree. */
public final class Differences {
    private Differences() {}

    /** |a − b| / max(|a|, |b|), between 0 and 2; 0 when both are zero, NaN when either is NaN. */
    public static double relative(double a, double b) {
        double largest = Math.max(Math.abs(a), Math.abs(b));
        return a == b ? 0 : Math.abs(a - b) / largest;
    }

    /** The largest relative difference of any pair; 0 for empty arrays, NaN when any pair gives NaN. */
    public static double largestRelative(double[] a, double[] b) {
        Checks.sameLength("arrays to compare", a, b);
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, relative(a[i], b[i]));
        }
        return largest;
    }

    /** ‖a − b‖ / max(‖a‖, ‖b‖) in the Euclidean norm: insensitive to small entries; 0 when both are zero. */
    public static double relativeNorm(double[] a, double[] b) {
        Checks.sameLength("arrays to compare", a, b);
        double difference = 0;
        double normA = 0;
        double normB = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            normA += a[i] * a[i];
            normB += b[i] * b[i];
        }
        return difference == 0 ? 0 : Math.sqrt(difference / Math.max(normA, normB));
    }
}
