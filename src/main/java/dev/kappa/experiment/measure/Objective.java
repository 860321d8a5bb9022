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
     * What each of the rows {@code from} (inclusive) to {@code to} (exclusive) of {@link #rows()} adds to m.
     *
     * @param logits their logits [to − from, vocabulary], recorded
     * @param scope for arrays that the graph needs; open until the backward pass is done
     * @return one term a row, [to − from]
     */
    NDArray terms(NDArray logits, int from, int to, Scope scope);

    /** The sum of those terms. */
    default NDArray part(NDArray logits, int from, int to, Scope scope) {
        return terms(logits, from, to, scope).sum();
    }
}
