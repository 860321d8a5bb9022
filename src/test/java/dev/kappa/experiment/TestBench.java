package dev.kappa.experiment;

import ai.djl.Device;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.PairSelection;
import dev.kappa.corpus.Sequence;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.ModelFolder;
import dev.kappa.lm.TinyModels;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SaeShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A bench of a small random model and what a test puts on it. */
public final class TestBench implements Bench, AutoCloseable {
    private final LanguageModel model;
    private final Map<String, Sae> saes = new LinkedHashMap<>();
    private List<Sequence> sequences = List.of();
    private List<Pair> pairs = List.of();
    private Optional<Tally> previous = Optional.empty();
    private int progressCalls;
    private int cancelAt = Integer.MAX_VALUE;

    private TestBench(LanguageModel model) {
        this.model = model;
    }

    /** A random GPT-NeoX model of the given sizes, in a folder that is made for it. */
    public static TestBench of(Path folder, long seed, TinyModels.Sizes sizes) {
        return new TestBench(ModelFolder.open(TinyModels.neox(folder, seed, sizes)).load(Device.cpu()));
    }

    /** The smallest random model. */
    public static TestBench of(Path folder, long seed) {
        return of(folder, seed, TinyModels.Sizes.smallest());
    }

    /** A bench of a model that a test wrote. */
    public static TestBench of(LanguageModel model) {
        return new TestBench(model);
    }

    public TestBench with(String id, Sae sae) {
        saes.put(id, sae);
        return this;
    }

    /** Random token sequences of one length. */
    public TestBench withSequences(int count, int length, long seed) {
        Random random = new Random(seed);
        List<Sequence> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(new Sequence(
                    i, random.ints(length, 0, model.architecture().vocabulary()).toArray()));
        }
        sequences = made;
        return this;
    }

    public TestBench withSequences(List<Sequence> given) {
        sequences = given;
        return this;
    }

    public TestBench withPairs(List<Pair> given) {
        pairs = given;
        return this;
    }

    public TestBench after(Tally tally) {
        previous = Optional.ofNullable(tally);
        return this;
    }

    /** The sizes of what is on the bench. */
    public Shapes shapes() {
        Map<String, SaeShape> shapes = new LinkedHashMap<>();
        saes.forEach((id, sae) -> shapes.put(id, sae.shape()));
        return new Shapes(
                Optional.of(model.architecture()),
                shapes,
                Math.max(sequences.size(), pairs.size()),
                sequences.isEmpty() && !pairs.isEmpty());
    }

    /** Cancels at the n-th call of progress from now. */
    public TestBench cancelAt(int call) {
        cancelAt = progressCalls + call;
        return this;
    }

    @Override
    public Device device() {
        return Device.cpu();
    }

    @Override
    public LanguageModel model() {
        return model;
    }

    @Override
    public Sae sae(String id) {
        return saes.get(id);
    }

    @Override
    public List<Sequence> sequences() {
        return sequences;
    }

    @Override
    public List<Pair> pairs() {
        return pairs;
    }

    @Override
    public PairSelection pairSelection() {
        return new PairSelection(pairs, 100, Map.of(PairSelection.Reason.LENGTHS_DIFFER, 3));
    }

    @Override
    public Optional<Tally> previous() {
        return previous;
    }

    @Override
    public void progress(double fraction) {
        if (++progressCalls >= cancelAt) {
            throw new Cancelled();
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
