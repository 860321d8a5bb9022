package dev.kappa.experiment;

/**
 * A part of a run: the unit of work, of checkpoint, and of resampling.
 *
 * @param index from 0
 * @param of how many blocks the run has
 * @param seed the run's seed; draws are keyed by it, by the item's index and by their purpose
 */
public record Block(int index, int of, long seed) {}
