package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.kappa.lm.Span;

/**
 * What a block knows of positions: the s that its queries see, of which the pass computes the last t and the last n
 * are read.
 *
 * @param queryCos cosines [n, c], times the attention scale; the scale alone where a dimension is not rotated
 * @param querySin sines [n, c], times the attention scale; 0 where a dimension is not rotated
 * @param keyCos cosines [t, c]; 1 where a dimension is not rotated
 * @param keySin sines [t, c]; 0 where a dimension is not rotated
 * @param turn [c, c] of 0 and ±1: x · turn = concat(−second half, first half) of the rotated dimensions
 * @param causal [n, s] of 0 and −∞, added to scores: a query sees no key after it
 * @param windowed the same, and no key a window or more before it
 * @param seen the keys and values of all s
 */
record Positions(
        NDArray queryCos,
        NDArray querySin,
        NDArray keyCos,
        NDArray keySin,
        NDArray turn,
        NDArray causal,
        NDArray windowed,
        Span.Seen seen) {

    /** The last n positions of [b, t, c]. */
    NDArray read(NDArray all) {
        long unread = all.getShape().get(1) - queryCos.getShape().get(0);
        return unread == 0 ? all : all.get(new NDIndex(":, {}:", unread));
    }

    /** Queries [b·H, n, c] rotated to their positions and scaled. */
    NDArray rotateQueries(NDArray queries) {
        return queries.mul(queryCos).add(queries.matMul(turn).mul(querySin));
    }

    /** Keys [b·K, t, c] rotated to their positions. */
    NDArray rotateKeys(NDArray keys) {
        return keys.mul(keyCos).add(keys.matMul(turn).mul(keySin));
    }
}
