package dev.kappa.experiment;

import java.util.List;
import java.util.Optional;

/**
 * The registered things that a run reads, by id.
 *
 * @param model absent where an experiment makes its own activations
 * @param saes in the order in which the parameters name them
 * @param corpus token sequences or pairs; absent where none is read
 */
public record Needs(Optional<String> model, List<String> saes, Optional<Items> corpus) {
    public Needs {
        saes = List.copyOf(saes);
    }

    /** Nothing: the experiment makes all it measures. */
    public static Needs nothing() {
        return new Needs(Optional.empty(), List.of(), Optional.empty());
    }

    /** A model and so many of a corpus' sequences. */
    public static Needs of(String model, List<String> saes, String corpus, int sequences, int length) {
        return new Needs(Optional.of(model), saes, Optional.of(new Items(corpus, sequences, length)));
    }

    /**
     * Items of a corpus.
     *
     * @param corpus its id
     * @param count how many are used; 0 for all
     * @param length tokens in a sequence; for pairs the longest prefix that is taken
     */
    public record Items(String corpus, int count, int length) {}
}
