package dev.kappa.experiment;

import ai.djl.Device;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.PairSelection;
import dev.kappa.corpus.Sequence;
import dev.kappa.lm.LanguageModel;
import dev.kappa.sae.Sae;
import java.util.List;
import java.util.Optional;

/** What a block is measured with: resident weights, the block's items, and a line to whoever waits. */
public interface Bench {
    Device device();

    LanguageModel model();

    /** A dictionary named in {@link Needs}. */
    Sae sae(String id);

    /** The block's sequences, in the run's seeded order. */
    List<Sequence> sequences();

    /** The block's pairs, in the run's seeded order. */
    List<Pair> pairs();

    /** Which pairs of the run's corpus suit the model's tokenizer, and why the others do not. */
    PairSelection pairSelection();

    /** The tally of the block before this one, in a sequential plan; empty for the first. */
    Optional<Tally> previous();

    /**
     * To be called between batches: reports how much of this block is done, and throws {@link Cancelled} when the
     * run is no longer wanted.
     */
    void progress(double fraction);

    /** The run was cancelled or handed back; nothing of the block is kept. */
    final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Cancelled() {
            super("cancelled", null, false, false);
        }
    }
}
