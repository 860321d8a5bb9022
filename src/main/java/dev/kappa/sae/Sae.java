package dev.kappa.sae;

import ai.djl.ndarray.NDArray;

/**
 * A dictionary on a device: immutable and shared. Features are non-negative and decoding is affine, so
 * that an activation is the sum of its active features' steps along their decoder rows, a rest that
 * depends on no feature, and the error. Results attach to the scope of the first argument.
 */
public interface Sae extends AutoCloseable {
    SaeShape shape();

    /**
     * The features of activations [row, dIn]. Works in chunks of rows and latents, so that memory is bounded
     * whatever the width.
     */
    SparseCode encode(NDArray activations);

    /**
     * The reconstruction [row, dIn] of the activations that {@code code} was made from (they are an argument
     * because a normalising or skipping dictionary needs them again).
     */
    NDArray decode(NDArray activations, SparseCode code);

    /** Decoder rows of latents i64 [k], as f32 [k, dIn]. */
    NDArray decoderRows(NDArray latents);

    @Override
    void close();
}
