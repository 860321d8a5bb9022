package dev.kappa.experiment;

/**
 * A part of a run: the unit of work, of checkpoint, and of resampling.
 *
 * @param index from 0
 * @param of how many blocks the run has
 * @param seed the run's seed; draws are keyed by it, by the item's index and by their purpose
 */
public record Block(int index, int of, long seed) {
    /** Where part {@code part} begins when {@code items} are cut into this run's blocks as evenly as can be. */
    public int share(int items, int part) {
        return (int) ((long) items * part / of);
    }
}
