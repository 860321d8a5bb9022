package dev.kappa.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Records operations on this thread while open, so that gradients can be asked for.
 *
 * <p>DJL's own collector allows one per process; libtorch's recording mode belongs to a thread, so this
 * class sets it directly. A graph grows only from a {@link #leaf}: whatever is computed before the first
 * leaf enters is not recorded.
 *
 * <p>Never use operations with Java numbers ({@code x.mul(2)}) on recorded arrays: DJL keeps the number in
 * Java memory that may be gone when the backward pass reads it. Use {@link Scalars}.
 */
public final class Tape implements AutoCloseable {
    private final Scope scope;
    private final boolean before;

    private Tape(Scope scope) {
        this.scope = scope;
        this.before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
    }

    /** Starts recording; leaves and gradients live in {@code scope}. */
    public static Tape open(Scope scope) {
        return new Tape(scope);
    }

    /**
     * Zeros that record: added to an activation they leave it as it is, and their gradient is the
     * gradient at that activation.
     */
    public NDArray leaf(Shape shape) {
        return leaf(scope.manager().zeros(shape));
    }

    /** Makes an array that is not yet part of a graph a leaf. */
    public NDArray leaf(NDArray array) {
        array.setRequiresGradient(true);
        return array;
    }

    /** Runs the backward pass of a scalar once and frees its graph. */
    public void backward(NDArray scalar) {
        try (NDArray one = scope.manager().ones(scalar.getShape())) {
            backward(scalar, one, false);
        }
    }

    /**
     * Runs the backward pass from an array whose own gradient is known.
     *
     * @param keepGraph true where another backward pass over the same graph follows
     */
    public void backward(NDArray output, NDArray gradient, boolean keepGraph) {
        JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, keepGraph, false);
    }

    /**
     * The gradient that backward passes have added up at a leaf, in the leaf's shape, and a leaf that is
     * ready for the next one.
     */
    public NDArray takeGradient(NDArray leaf) {
        try (NDArray gradient = leaf.getGradient()) {
            NDArray taken = scope.keep(gradient.duplicate());
            JniUtils.zeroGrad((PtNDArray) leaf);
            return taken;
        }
    }

    @Override
    public void close() {
        JniUtils.setGradMode(before);
    }
}
