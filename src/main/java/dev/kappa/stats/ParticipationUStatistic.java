package dev.kappa.stats;

/**
 * The participation ratio (tr A)² / tr(A²) of A = E[A_s] from S independent sequences, each with its own
 * matrix A_s, where numerator and denominator are unbiased: products of a sequence with itself are left
 * out, so (S² tr(Â²) − Σ tr(A_s²)) / (S(S−1)) estimates tr(A²), and likewise (tr A)². The plug-in ratio of
 * Â is biased low when sequences are few; this ratio has only the smaller bias of a ratio.
 *
 * @param sequences S, how many independent sequences were averaged
 * @param traceOfMeanSquared tr(Â²), Â = (1/S) Σ A_s
 * @param sumOfTracesOfSquares Σ_s tr(A_s²); for A_s = G_sᵀG_s/T it is ‖G_s G_sᵀ‖²_F / T²
 * @param traceOfMean tr Â
 * @param sumOfSquaredTraces Σ_s (tr A_s)²
 */
public record ParticipationUStatistic(
        long sequences,
        double traceOfMeanSquared,
        double sumOfTracesOfSquares,
        double traceOfMean,
        double sumOfSquaredTraces) {

    /** Unbiased estimate of tr(A²); NaN with fewer than two sequences. May be ≤ 0 when S is small. */
    public double traceOfSquare() {
        return withoutSelfProducts(traceOfMeanSquared, sumOfTracesOfSquares);
    }

    /** Unbiased estimate of (tr A)²; NaN with fewer than two sequences. */
    public double squaredTrace() {
        return withoutSelfProducts(traceOfMean * traceOfMean, sumOfSquaredTraces);
    }

    /**
     * The participation ratio; NaN with fewer than two sequences, or when the estimate of tr(A²) is not
     * positive, which says that there are too few sequences to tell.
     */
    public double ratio() {
        double denominator = traceOfSquare();
        return denominator > 0 ? squaredTrace() / denominator : Double.NaN;
    }

    private double withoutSelfProducts(double ofMean, double sumOfOwn) {
        if (sequences < 2) {
            return Double.NaN;
        }
        double s = sequences;
        return (s * s * ofMean - sumOfOwn) / (s * (s - 1));
    }
}
