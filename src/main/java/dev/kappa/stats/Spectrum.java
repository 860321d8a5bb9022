package dev.kappa.stats;

import java.util.Arrays;

/**
 * A spectrum of non-negative eigenvalues λ and the dimensions it has. With p = λ/Σλ, always
 * stable rank ≤ participation ratio ≤ effective rank ≤ number of non-zero eigenvalues. All are counts of
 * directions, without unit; all are NaN when every eigenvalue is zero.
 *
 * @param eigenvalues largest first, negative ones set to zero
 * @param trace Σλ
 * @param effectiveRank exp(−Σ p ln p): Roy &amp; Vetterli, "The effective rank", EUSIPCO 2007
 * @param participationRatio (Σλ)² / Σλ²
 * @param stableRank Σλ / λ_max
 * @param negativeShare sum of the sizes of the negative eigenvalues that were set to zero, over the trace:
 *     about 1e-15 when they are rounding; more means that the matrix was not positive semidefinite
 */
public record Spectrum(
        double[] eigenvalues,
        double trace,
        double effectiveRank,
        double participationRatio,
        double stableRank,
        double negativeShare) {

    /** The spectrum of these eigenvalues, given in any order. */
    public static Spectrum of(double[] eigenvalues) {
        Checks.finite("eigenvalues", eigenvalues);
        double[] lambda = descendingNonNegative(eigenvalues);
        double negative = 0;
        for (double value : eigenvalues) {
            negative += Math.max(-value, 0);
        }
        // Divided by the largest first, so that neither squares nor sums overflow or vanish.
        double largest = lambda.length == 0 ? 0 : lambda[0];
        double sum = 0;
        double squares = 0;
        for (double value : lambda) {
            double scaled = value / largest;
            sum += scaled;
            squares += scaled * scaled;
        }
        double entropy = 0;
        for (double value : lambda) {
            if (value > 0) {
                double p = value / largest / sum;
                entropy -= p * Math.log(p);
            }
        }
        if (largest == 0) {
            return new Spectrum(lambda, 0, Double.NaN, Double.NaN, Double.NaN, negative > 0 ? Double.NaN : 0);
        }
        return new Spectrum(
                lambda, sum * largest, Math.exp(entropy), sum * sum / squares, sum, negative / (sum * largest));
    }

    /** The spectrum of a row-major symmetric n × n matrix. */
    public static Spectrum ofMatrix(double[] matrix, int n) {
        return of(SymmetricEigen.values(matrix, n));
    }

    /** Share of the trace that the first {@code count} eigenvalues carry, between 0 and 1. */
    public double shareOfFirst(int count) {
        double sum = 0;
        for (int i = 0; i < Math.min(count, eigenvalues.length); i++) {
            sum += eigenvalues[i];
        }
        return sum / trace;
    }

    /** Smallest number of leading eigenvalues that carry at least this share of the trace. */
    public int countForShare(double share) {
        Checks.closedUnit("share of the trace", share);
        return Concentration.smallestSet(eigenvalues, share).count();
    }

    private static double[] descendingNonNegative(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double[] out = new double[sorted.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.max(sorted[out.length - 1 - i], 0);
        }
        return out;
    }
}
