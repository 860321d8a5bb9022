package dev.kappa.experiment;

import dev.kappa.fault.Fault;
import dev.kappa.lm.Architecture;
import dev.kappa.sae.SaeShape;
import java.util.Map;
import java.util.Optional;

/**
 * The sizes of what a run names, known before anything is loaded.
 *
 * @param model of the model, if one is needed
 * @param saes of each dictionary by id
 * @param items how many sequences or pairs the run uses
 * @param pairs whether its corpus holds pairs of prefixes and not sequences
 */
public record Shapes(Optional<Architecture> model, Map<String, SaeShape> saes, int items, boolean pairs) {
    /** Of a run on sequences. */
    public Shapes(Optional<Architecture> model, Map<String, SaeShape> saes, int items) {
        this(model, saes, items, false);
    }

    /** Refuses a corpus of pairs. */
    public void requireSequences(String corpus) {
        if (pairs) {
            throw Fault.user(
                    "corpus_of_pairs",
                    "corpus '" + corpus + "' holds pairs of prefixes; accepted here: a corpus of sequences, such as a text");
        }
    }

    /** Refuses a corpus of sequences. */
    public void requirePairs(String corpus) {
        if (!pairs) {
            throw Fault.user(
                    "corpus_of_sequences",
                    "corpus '" + corpus + "' holds sequences; accepted here: a corpus of pairs in the feature-circuits format");
        }
    }

    public Architecture architecture() {
        return model.orElseThrow(() -> Fault.internal("no_model", "this experiment names no model", null));
    }

    public SaeShape sae(String id) {
        return saes.get(id);
    }
}
