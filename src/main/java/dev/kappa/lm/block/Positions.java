package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;

/**
 * What attention knows of positions 0 … t−1.
 *
 * @param queryCos cosines [t, c], times the attention scale; the scale alone where a dimension is not rotated
 * @param querySin sines [t, c], times the attention scale; 0 where a dimension is not rotated
 * @param keyCos cosines [t, c]; 1 where a dimension is not rotated
 * @param keySin sines [t, c]; 0 where a dimension is not rotated
 * @param turn [c, c] of 0 and ±1: x · turn = concat(−second half, first half) of the rotated dimensions
 * @param causal [t, t] of 0 and −∞, added to scores: a query sees no key after it
 * @param windowed the same, and no key a window or more before it
 */
record Positions(
        NDArray queryCos,
        NDArray querySin,
        NDArray keyCos,
        NDArray keySin,
        NDArray turn,
        NDArray causal,
        NDArray windowed) {

    /** Queries [b·H, t, c] rotated to their positions and scaled. */
    NDArray rotateQueries(NDArray queries) {
        return queries.mul(queryCos).add(queries.matMul(turn).mul(querySin));
    }

    /** Keys [b·K, t, c] rotated to their positions. */
    NDArray rotateKeys(NDArray keys) {
        return keys.mul(keyCos).add(keys.matMul(turn).mul(keySin));
    }
}
