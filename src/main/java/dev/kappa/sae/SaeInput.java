package dev.kappa.sae;

import ai.djl.ndarray.NDArray;

/**
 * What happens to an activation before it is encoded, and is undone after decoding.
 *
 * @param normalisation comes first
 * @param subtractsDecoderBias whether the decoder bias is then subtracted
 */
public record SaeInput(Normalisation normalisation, boolean subtractsDecoderBias) {
    /** Scaling of a row by numbers of its own. */
    public enum Normalisation {
        NONE,
        /** Every row gets norm √dIn. */
        CONSTANT_NORM,
        /** Every row gets mean 0 and variance 1 (n − 1 in the denominator). */
        LAYER_NORM
    }

    /** SAELens adds this to the deviation before it divides by it, but not when it multiplies again. */
    private static final float LAYER_NORM_EPSILON = 1e-5f;

    /** No normalisation. */
    public static SaeInput plain(boolean subtractsDecoderBias) {
        return new SaeInput(Normalisation.NONE, subtractsDecoderBias);
    }

    /**
     * A row's way back: x = normalised · scale + shift.
     *
     * @param scale [row, 1], null for 1
     * @param shift [row, 1], null for 0
     */
    record Undo(NDArray scale, NDArray shift) {}

    Undo undo(NDArray x) {
        return switch (normalisation) {
            case NONE -> new Undo(null, null);
            case CONSTANT_NORM -> new Undo(x.norm(2, new int[] {1}, true).div(Math.sqrt(x.getShape().get(1))), null);
            case LAYER_NORM -> {
                NDArray mean = x.mean(new int[] {1}, true);
                NDArray squares = x.sub(mean).square().sum(new int[] {1}, true);
                yield new Undo(squares.div(x.getShape().get(1) - 1).sqrt(), mean);
            }
        };
    }

    /** The encoder's input [row, dIn]. */
    NDArray prepare(NDArray x, Undo undo, NDArray decoderBias) {
        NDArray normalised =
                switch (normalisation) {
                    case NONE -> x;
                    case CONSTANT_NORM -> x.div(undo.scale());
                    case LAYER_NORM -> x.sub(undo.shift()).div(undo.scale().add(LAYER_NORM_EPSILON));
                };
        return subtractsDecoderBias ? normalised.sub(decoderBias) : normalised;
    }

    /** What a reconstruction holds beside the features' steps: [row, dIn], or the bias [dIn] itself for all rows. */
    static NDArray rest(NDArray decoderBias, Undo undo) {
        NDArray scaled = undo.scale() == null ? decoderBias : undo.scale().mul(decoderBias);
        return undo.shift() == null ? scaled : scaled.add(undo.shift());
    }
}
