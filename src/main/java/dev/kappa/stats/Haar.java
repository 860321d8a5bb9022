package dev.kappa.stats;

import dev.kappa.fault.Fault;
import java.util.SplittableRandom;
import org.bytedeco.openblas.global.openblas;

/**
 * Random orthonormal rows, uniform under rotation: QR of a Gaussian matrix with the signs of R's diagonal
 * put into Q, without which LAPACK's Q is not uniform (Mezzadri, Notices of the AMS 54, 2007).
 */
public final class Haar {
    private Haar() {}

    /**
     * Row-major rows × d, in blocks of d orthonormal rows stacked until there are enough: an orthonormal
     * set for rows ≤ d. A pure function of its arguments.
     */
    public static double[] stackedRows(int rows, int d, long seed) {
        long length = (long) rows * d;
        if (length > Integer.MAX_VALUE - 8) {
            throw Fault.resources("array_too_long", rows + " × " + d + " numbers do not fit one array; draw blocks");
        }
        double[] out = new double[(int) length];
        for (int block = 0, from = 0; from < rows; block++, from += d) {
            int count = Math.min(d, rows - from);
            System.arraycopy(block(block, count, d, seed), 0, out, from * d, count * d);
        }
        return out;
    }

    /** Block number {@code block} of {@link #stackedRows}: {@code rows} ≤ d orthonormal rows of length d. */
    public static double[] block(int block, int rows, int d, long seed) {
        Checks.atLeast("d", d, 1);
        if (rows < 1 || rows > d) {
            throw Fault.user("out_of_range", "orthonormal rows must be 1 to " + d + ", not " + rows);
        }
        // Column-major d × rows for LAPACK: its columns are the rows of the row-major result.
        double[] q = gaussians(rows * d, new SplittableRandom(mixed(seed, block)));
        double[] tau = new double[rows];
        check(openblas.LAPACKE_dgeqrf(openblas.LAPACK_COL_MAJOR, d, rows, q, d, tau), "dgeqrf");
        boolean[] negative = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            negative[i] = q[i * d + i] < 0;
        }
        check(openblas.LAPACKE_dorgqr(openblas.LAPACK_COL_MAJOR, d, rows, rows, q, d, tau), "dorgqr");
        for (int i = 0; i < rows; i++) {
            for (int j = 0; negative[i] && j < d; j++) {
                q[i * d + j] = -q[i * d + j];
            }
        }
        return q;
    }

    private static double[] gaussians(int n, SplittableRandom random) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = random.nextGaussian();
        }
        return out;
    }

    /** Seeds of different blocks must not be a step apart: SplittableRandom walks by a constant. */
    private static long mixed(long seed, int block) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.nextLong() ^ new SplittableRandom(~(long) block).nextLong();
    }

    private static void check(int info, String routine) {
        if (info != 0) {
            throw Fault.internal("qr_failed", routine + " returned " + info, null);
        }
    }
}
