package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;

/**
 * A scalar m of one batch, read from the logits of some rows of the final residual stream. It is a sum
 * over sequences, so that the gradient at a sequence's activations is the gradient of that sequence's own m.
 */
public interface Objective {
    /** Which rows of the flattened residual stream (sequence · length + position) m reads, ascending. */
    int[] rows();

    /**
     * The part of m that rows {@code from} (inclusive) to {@code to} (exclusive) of {@link #rows()} add.
     *
     * @param logits their logits [to − from, vocabulary], recorded
     * @param scope for arrays that the graph needs; open until the backward pass is done
     */
    NDArray part(NDArray logits, int from, int to, Scope scope);
}
