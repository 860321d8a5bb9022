package dev.kappa.catalog;

import dev.kappa.corpus.Pair;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Shapes;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Service;

/** The registered things by id, as runs read them. Nothing here touches a device. */
@Service
public class Catalog {
    /**
     * The sizes of what a run names. A name that is not registered, a corpus that yields too few items or a
     * length beyond the model's context is a user fault that says what would be accepted.
     */
    public Shapes shapes(Needs needs) {
        throw new UnsupportedOperationException();
    }

    /**
     * The run's sequences in its order: one permutation of all that the corpus has, drawn from the seed alone,
     * of which the first {@code count} are taken.
     */
    public List<Sequence> sequences(Needs needs, long seed) {
        throw new UnsupportedOperationException();
    }

    /** The run's pairs in its order, drawn like {@link #sequences}. */
    public List<Pair> pairs(Needs needs, long seed) {
        throw new UnsupportedOperationException();
    }

    /** True where the corpus of these needs holds pairs, false where it holds sequences or none is named. */
    public boolean readsPairs(Needs needs) {
        throw new UnsupportedOperationException();
    }

    /** SHA-256 of what a run reads, by {@code model:<id>}, {@code tokenizer:<id>}, {@code sae:<id>}, {@code corpus:<id>}. */
    public Map<String, String> provenance(Needs needs) {
        throw new UnsupportedOperationException();
    }
}
