package dev.kappa.sae;

import ai.djl.ndarray.NDArray;

/** What makes features of pre-activations. Every feature is zero or greater. */
public sealed interface Activation {
    /** The name in {@link SaeShape#activation()}. */
    String name();

    /** max(pre, 0). */
    record Relu() implements Activation {
        @Override
        public String name() {
            return "relu";
        }
    }

    /**
     * pre where pre &gt; threshold and pre &gt; 0, else 0. Equality does not fire.
     *
     * @param threshold f32 [width], or [1] for one threshold of all latents
     */
    record JumpRelu(NDArray threshold) implements Activation {
        @Override
        public String name() {
            return "jumprelu";
        }
    }

    /** The k largest pre-activations of a row, those of them that are above zero. */
    record TopK(int k) implements Activation {
        @Override
        public String name() {
            return "topk";
        }
    }

    /** The largest pre-activation of each of {@code groups} equal stretches of latents, where it is above zero. */
    record GroupMax(int groups) implements Activation {
        @Override
        public String name() {
            return "groupmax";
        }
    }

    /**
     * With p = encoder · x: max(p · scale + bias, 0) where p + encoder bias &gt; 0, else 0.
     *
     * @param scale exp(r_mag), f32 [width]
     * @param bias f32 [width]
     */
    record Gated(NDArray scale, NDArray bias) implements Activation {
        @Override
        public String name() {
            return "gated";
        }
    }
}
