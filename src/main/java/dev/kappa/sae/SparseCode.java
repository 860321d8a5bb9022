package dev.kappa.sae;

import ai.djl.ndarray.NDArray;

/**
 * The features that fire on some rows: one entry for each pair (row, latent) with a feature above zero,
 * ordered by row and then by latent.
 *
 * @param rows index of the row, i64 [entries]
 * @param latents index of the latent, i64 [entries]
 * @param values feature in the release's own units, f32 [entries]
 * @param steps what the feature adds along its decoder row, in units of the activation, f32 [entries]:
 *     the value times whatever scale the dictionary's input normalisation gives its row
 * @param rowCount number of rows that were encoded
 */
public record SparseCode(NDArray rows, NDArray latents, NDArray values, NDArray steps, long rowCount) {
    /** Number of (row, latent) pairs. */
    public long entries() {
        return values.size();
    }
}
