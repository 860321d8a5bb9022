package dev.kappa.lm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;

/** Objectives for tests, written as plainly as possible. */
public final class Losses {
    private Losses() {}

    /** Mean over batch and positions of −log p(next token), natural logarithm. */
    public static NDArray nextToken(NDArray logits, NDArray ids) { //          [b, t, v] and [b, t]
        NDArray predictions = logits.logSoftmax(-1).get(new NDIndex(":, :-1")); // [b, t−1, v]
        NDArray next = ids.get(new NDIndex(":, 1:")).expandDims(-1); //            [b, t−1, 1]
        return predictions.gather(next, -1).mean().neg();
    }
}
