package dev.kappa.corpus;

/**
 * Token ids to be fed to a model.
 *
 * @param index its place in the corpus, which keys random draws about it
 * @param tokens ids, with the start token where the model's family has one
 * @param firstCounted the first position that enters statistics: 1 where position 0 holds a start token,
 *     whose activation is far outside all others, and 0 elsewhere
 */
public record Sequence(long index, int[] tokens, int firstCounted) {
    /** A sequence without a start token. */
    public Sequence(long index, int[] tokens) {
        this(index, tokens, 0);
    }
}
