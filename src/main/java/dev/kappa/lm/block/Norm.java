package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** Normalisation of the last dimension, [..., d] to the same. */
public interface Norm {
    NDArray apply(NDArray x);

    /** For families that do not normalise here. */
    static Norm none() {
        return x -> x;
    }

    /** (x − mean) / √(variance + ε) · w + b, with the population variance. */
    static Norm layer(NDArray weight, NDArray bias, double epsilon) {
        Shape width = weight.getShape();
        return x -> x.getNDArrayInternal()
                .layerNorm(x, width, weight, bias, (float) epsilon)
                .singletonOrThrow();
    }

    /** x / √(mean(x²) + ε) · gain; the number ε is a native array of the model. */
    static Norm rms(NDArray gain, NDArray epsilon) {
        int[] last = {-1};
        return x -> x.div(x.square().mean(last, true).add(epsilon).sqrt()).mul(gain);
    }
}
