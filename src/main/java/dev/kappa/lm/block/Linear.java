package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;

/**
 * y = x Wᵀ + b.
 *
 * @param weight [out, in]
 * @param bias [out], or null
 */
public record Linear(NDArray weight, NDArray bias) {
    /** [..., in] to [..., out]. */
    NDArray apply(NDArray x) {
        return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
    }
}
