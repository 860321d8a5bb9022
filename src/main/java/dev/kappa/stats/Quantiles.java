package dev.kappa.stats;

import dev.kappa.fault.Fault;
import java.util.Arrays;

/** Sample quantiles (Hyndman &amp; Fan 1996). NaN for an empty sample; NaN in the sample is refused. */
public final class Quantiles {
    private Quantiles() {}

    /** Type 7, linear between order statistics: what NumPy does by default. */
    public static double linear(double[] sample, double q) {
        return linearOfSorted(sorted(sample), q);
    }

    /** The order statistic at or just above the type-7 position: NumPy's {@code method="higher"}. */
    public static double higher(double[] sample, double q) {
        Checks.closedUnit("q", q);
        if (sample.length == 0) {
            return Double.NaN;
        }
        return sorted(sample)[(int) Math.ceil(position(sample.length, q))];
    }

    /** Type 7 of a sample that is already ascending. */
    static double linearOfSorted(double[] ascending, double q) {
        Checks.closedUnit("q", q);
        if (ascending.length == 0) {
            return Double.NaN;
        }
        double position = position(ascending.length, q);
        int below = (int) position;
        double fraction = position - below;
        // Without the test, an infinite neighbour of weight zero would make NaN.
        if (fraction == 0 || ascending[below] == ascending[below + 1]) {
            return ascending[below];
        }
        return ascending[below] + fraction * (ascending[below + 1] - ascending[below]);
    }

    private static double position(int n, double q) {
        return q * (n - 1);
    }

    private static double[] sorted(double[] sample) {
        for (int i = 0; i < sample.length; i++) {
            if (Double.isNaN(sample[i])) {
                throw Fault.user("not_finite", "a quantile of a sample with NaN at number " + i);
            }
        }
        double[] out = sample.clone();
        Arrays.sort(out);
        return out;
    }
}
