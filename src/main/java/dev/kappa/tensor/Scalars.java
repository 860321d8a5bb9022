package dev.kappa.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Arithmetic with numbers that is safe inside a recorded graph: the number becomes a native array that
 * the graph shares, and never a view of Java memory.
 */
public final class Scalars {
    private Scalars() {}

    /** x · factor. */
    public static NDArray mul(NDArray x, double factor) {
        try (NDArray number = scalar(x, factor)) {
            return x.mul(number);
        }
    }

    /** x + term. */
    public static NDArray add(NDArray x, double term) {
        try (NDArray number = scalar(x, term)) {
            return x.add(number);
        }
    }

    /** A rank-0 array of the type and scope of {@code like}, in memory of libtorch's own. */
    public static NDArray scalar(NDArray like, double value) {
        return like.getManager().full(new Shape(), (float) value, like.getDataType());
    }
}
