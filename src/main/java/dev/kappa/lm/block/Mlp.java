package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;

/** The position-wise network of a block, [b, t, d] to the same. */
public interface Mlp {
    NDArray apply(NDArray x);

    /** down(act(up(x))). */
    static Mlp plain(Linear up, Activation activation, Linear down) {
        return x -> down.apply(activation.apply(up.apply(x)));
    }

    /** down(act(gate(x)) ⊙ up(x)). */
    static Mlp gated(Linear gate, Linear up, Activation activation, Linear down) {
        return x -> down.apply(activation.apply(gate.apply(x)).mul(up.apply(x)));
    }
}
