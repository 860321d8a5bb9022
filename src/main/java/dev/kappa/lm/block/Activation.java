package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scalars;

/** The MLP's nonlinearity. */
public enum Activation {
    /** x Φ(x) with the exact normal distribution function. */
    GELU {
        @Override
        NDArray apply(NDArray x) {
            return x.getNDArrayInternal().gelu();
        }
    },
    /** ½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³); computed as x · sigmoid(2u), which is the same number. */
    GELU_TANH {
        @Override
        NDArray apply(NDArray x) {
            NDArray slope = Scalars.add(Scalars.mul(x.square(), 0.044715 * TWICE_ROOT), TWICE_ROOT);
            return x.mul(slope.mul(x).getNDArrayInternal().sigmoid());
        }
    },
    /** x · sigmoid(x). */
    SILU {
        @Override
        NDArray apply(NDArray x) {
            return x.mul(x.getNDArrayInternal().sigmoid());
        }
    };

    private static final double TWICE_ROOT = 2 * Math.sqrt(2 / Math.PI);

    abstract NDArray apply(NDArray x);

    /** By its name in {@code config.json}; {@code key} is where the name stands. */
    public static Activation named(String name, String key) {
        switch (name) {
            case "gelu":
                return GELU;
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh":
                return GELU_TANH;
            case "silu", "swish":
                return SILU;
            default:
                throw ConfigFile.unsupported(key + " '" + name
                        + "' is not supported; accepted: gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, silu");
        }
    }
}
