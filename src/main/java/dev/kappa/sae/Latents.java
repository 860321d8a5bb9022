package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;

/** The two large matrices of a dictionary: on the device, or read from their file as they are needed. */
interface Latents extends AutoCloseable {
    /** The fewest activations that are worth one walk over all encoder rows. */
    int rowsPerPass();

    /** The most encoder rows that should be asked for at once. */
    long latentsAtOnce();

    /** Encoder rows {@code from} (inclusive) to {@code to} (exclusive), [rows, dIn], in the scope. */
    NDArray encoder(long from, long to, Scope scope);

    /** Decoder rows of latents i64 [k], as [k, dIn] in the scope of {@code latents}. */
    NDArray decoder(NDArray latents);

    /** Steps along decoder rows, summed for each row: [rowCount, dIn] in the scope of the code's steps. */
    NDArray sum(SparseCode code);

    @Override
    void close();
}
