package dev.kappa.run;

import ai.djl.Device;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.PairSelection;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Tally;
import dev.kappa.lm.LanguageModel;
import dev.kappa.residency.Lease;
import dev.kappa.sae.Sae;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Supplier;

/** The bench of one attempt at one block. */
final class RunBench implements Bench {
    private final Lease lease;
    private final Supplier<List<Sequence>> sequences;
    private final Supplier<List<Pair>> pairs;
    private final Supplier<PairSelection> pairSelection;
    private final Supplier<Optional<Tally>> previous;
    private final DoublePredicate goOn;

    /** @param goOn takes the fraction that is done, and says whether the block is still wanted */
    RunBench(
            Lease lease,
            Supplier<List<Sequence>> sequences,
            Supplier<List<Pair>> pairs,
            Supplier<PairSelection> pairSelection,
            Supplier<Optional<Tally>> previous,
            DoublePredicate goOn) {
        this.lease = lease;
        this.sequences = sequences;
        this.pairs = pairs;
        this.pairSelection = pairSelection;
        this.previous = previous;
        this.goOn = goOn;
    }

    @Override
    public Device device() {
        return lease.device();
    }

    @Override
    public LanguageModel model() {
        return lease.model();
    }

    @Override
    public Sae sae(String id) {
        return lease.sae(id);
    }

    @Override
    public List<Sequence> sequences() {
        return sequences.get();
    }

    @Override
    public List<Pair> pairs() {
        return pairs.get();
    }

    @Override
    public PairSelection pairSelection() {
        return pairSelection.get();
    }

    @Override
    public Optional<Tally> previous() {
        return previous.get();
    }

    @Override
    public void progress(double fraction) {
        if (!goOn.test(fraction)) {
            throw new Cancelled();
        }
    }
}
