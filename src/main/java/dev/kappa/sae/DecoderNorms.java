package dev.kappa.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.sae.format.Blueprint.Matrix;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.TensorFile;

/** Euclidean norms of the rows of a stored matrix, or of its columns where it is transposed. */
record DecoderNorms(TensorFile file, Matrix matrix) {
    /** Numbers read at a time. */
    private static final long PIECE = 1 << 24;

    float[] compute() {
        long rows = file.info(matrix.name()).shape().get(0);
        long columns = file.info(matrix.name()).shape().get(1);
        long step = Math.max(1, PIECE / columns);
        float[] norms = new float[Math.toIntExact(matrix.transposed() ? columns : rows)];
        try (Scope scope = Scope.open(Device.cpu())) {
            NDArray sums = scope.manager().zeros(new Shape(columns));
            for (long from = 0; from < rows; from += step) {
                try (Scope inner = scope.child()) {
                    NDArray squares = file.loadRows(matrix.name(), from, Math.min(rows, from + step), inner).square();
                    if (matrix.transposed()) {
                        sums.addi(squares.sum(new int[] {0}));
                    } else {
                        float[] some = squares.sum(new int[] {1}).sqrt().toFloatArray();
                        System.arraycopy(some, 0, norms, (int) from, some.length);
                    }
                }
            }
            return matrix.transposed() ? sums.sqrt().toFloatArray() : norms;
        }
    }
}
