package dev.kappa.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;

/**
 * Making arrays and picking rows. Arrays made here own their memory: a recorded graph may keep them beyond
 * the Java arrays they were made from.
 */
public final class Tensors {
    private Tensors() {}

    /** Numbers as f32 in a shape. */
    public static NDArray of(Scope scope, float[] values, long... shape) {
        try (NDArray view = scope.manager().create(values, new Shape(shape))) {
            return view.duplicate();
        }
    }

    /** Ids or indices as i64 in a shape. */
    public static NDArray of(Scope scope, long[] values, long... shape) {
        try (NDArray view = scope.manager().create(values, new Shape(shape))) {
            return view.duplicate();
        }
    }

    /** Rows of a matrix [n, d] by index i64 [k], as [k, d] in the scope of the index. */
    public static NDArray rows(NDArray matrix, NDArray index) {
        return index.getNDArrayInternal()
                .embedding(index, matrix, SparseFormat.DENSE)
                .singletonOrThrow();
    }

    /** Elements {@code from} (inclusive) to {@code to} (exclusive) along the first axis: a view. */
    public static NDArray slice(NDArray array, long from, long to) {
        return array.get(new NDIndex("{}:{}", from, to));
    }

    /** [batch, position, d] to [batch · position, d]. */
    public static NDArray flat(NDArray array) {
        long width = array.getShape().get(array.getShape().dimension() - 1);
        return array.reshape(-1, width);
    }

    /** f32 numbers widened to f64. */
    public static double[] doubles(NDArray array) {
        float[] values = array.toFloatArray();
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
