package dev.kappa.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** Products with matrices that are mostly zeros. */
public final class Sparse {
    private Sparse() {}

    /**
     * The product [rowCount, d] of a sparse matrix and a dense one [m, d]: row r is the sum of value ·
     * dense[column] over the entries of row r, added in the order of the entries.
     *
     * @param rows i64 [entries], in ascending order
     * @param columns i64 [entries]
     * @param values f32 [entries]; the result attaches to their scope
     */
    public static NDArray multiply(NDArray rows, NDArray columns, NDArray values, long rowCount, NDArray dense) {
        Shape shape = new Shape(rowCount, dense.getShape().get(0));
        try (NDArray indices = NDArrays.stack(new NDList(rows, columns));
                NDArray matrix = JniUtils.createSparseCoo((PtNDArray) indices, (PtNDArray) values, shape)) {
            return matrix.matMul(dense);
        }
    }
}
