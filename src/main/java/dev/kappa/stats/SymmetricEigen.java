package dev.kappa.stats;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import org.bytedeco.openblas.global.openblas;

/**
 * Eigenvalues, and on request eigenvectors, of the symmetric part (A + Aᵀ)/2 of a square matrix, by
 * LAPACK's divide and conquer ({@code dsyevd}).
 *
 * @param values eigenvalues, <b>largest first</b>; tiny negative ones from rounding are left as they are
 * @param vectors row-major n × n: row i is the unit eigenvector of {@code values[i]}, its sign arbitrary;
 *     empty when only eigenvalues were asked for
 */
public record SymmetricEigen(double[] values, double[] vectors) {

    /** Eigenvalues of a row-major n × n matrix, largest first. */
    public static double[] values(double[] matrix, int n) {
        return solve(matrix, n, 'N').values;
    }

    /** Eigenvalues and eigenvectors of a row-major n × n matrix. */
    public static SymmetricEigen decompose(double[] matrix, int n) {
        return solve(matrix, n, 'V');
    }

    public int size() {
        return values.length;
    }

    /** The i-th eigenvector, of the i-th largest eigenvalue. */
    public double[] vector(int i) {
        return Arrays.copyOfRange(vectors, i * size(), (i + 1) * size());
    }

    private static SymmetricEigen solve(double[] matrix, int n, char job) {
        if (n < 0 || (long) n * n != matrix.length) {
            throw Fault.user("not_square", matrix.length + " numbers are not a " + n + " × " + n + " matrix");
        }
        Checks.finite("a matrix to diagonalise", matrix);
        if (n == 0) {
            return new SymmetricEigen(new double[0], new double[0]);
        }
        double[] a = symmetricPart(matrix, n);
        double[] ascending = new double[n];
        // A symmetric matrix is its own transpose, so column-major order costs no copy.
        int info = openblas.LAPACKE_dsyevd(
                openblas.LAPACK_COL_MAJOR, (byte) job, (byte) 'L', n, a, n, ascending);
        if (info != 0) {
            throw Fault.internal("eigen_not_converged", "dsyevd returned " + info + " for n = " + n, null);
        }
        // Column j of the result is row j of the row-major array.
        double[] vectors = job == 'V' ? rowsReversed(a, n) : new double[0];
        return new SymmetricEigen(reversed(ascending), vectors);
    }

    private static double[] symmetricPart(double[] matrix, int n) {
        double[] a = new double[matrix.length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double mean = 0.5 * matrix[i * n + j] + 0.5 * matrix[j * n + i];
                a[i * n + j] = mean;
                a[j * n + i] = mean;
            }
        }
        return a;
    }

    private static double[] reversed(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[values.length - 1 - i];
        }
        return out;
    }

    private static double[] rowsReversed(double[] rows, int n) {
        double[] out = new double[rows.length];
        for (int i = 0; i < n; i++) {
            System.arraycopy(rows, (n - 1 - i) * n, out, i * n, n);
        }
        return out;
    }
}
