package dev.kappa.lm;

import ai.djl.ndarray.NDArray;

/**
 * What attention reads of positions in one block.
 *
 * @param keys turned to their positions, [batch · key-value head, position, d_head]
 * @param values of the same shape
 */
public record KeyValues(NDArray keys, NDArray values) {}
