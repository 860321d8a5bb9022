package dev.kappa.corpus;

/**
 * Token ids to be fed to a model.
 *
 * @param index its place in the corpus, which keys random draws about it
 * @param tokens ids, with the start token where the model's family has one
 */
public record Sequence(long index, int[] tokens) {}
