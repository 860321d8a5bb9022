package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;
import java.util.Arrays;

/**
 * A scalar m of one batch, read from the logits of some rows of the final residual stream. It is a sum
 * over sequences, so that the gradient at a sequence's activations is the gradient of that sequence's own m.
 */
public interface Objective {
    /** Which rows of the flattened residual stream (sequence · length + position) m reads, ascending. */
    int[] rows();

    /**
     * What each of some rows adds to m.
     *
     * @param logits their logits [n, vocabulary], recorded
     * @param of their n places in {@link #rows()}
     * @param scope for arrays that the graph needs; open until the backward pass is done
     * @return one term a row, [n]
     */
    NDArray terms(NDArray logits, int[] of, Scope scope);

    /** The first position that m reads in any of its sequences. */
    default int firstPosition(int length) {
        return Arrays.stream(rows()).map(row -> row % length).min().orElseThrow();
    }
}
