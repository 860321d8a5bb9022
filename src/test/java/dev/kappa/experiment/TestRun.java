package dev.kappa.experiment;

import dev.kappa.corpus.Pair;
import dev.kappa.corpus.Sequence;
import java.util.ArrayList;
import java.util.List;

/**
 * A run as the server does it: a plan, its blocks one after the other, a conclusion. The bench's items are cut
 * into the plan's blocks.
 */
public final class TestRun<P extends Record> {
    private final Experiment<P> experiment;
    private final P parameters;
    private final TestBench bench;
    private final long seed;
    private final Shapes shapes;
    private final List<Sequence> sequences;
    private final List<Pair> pairs;
    private int blocks;

    public TestRun(Experiment<P> experiment, P parameters, TestBench bench, long seed) {
        this.experiment = experiment;
        this.parameters = parameters;
        this.bench = bench;
        this.seed = seed;
        this.shapes = bench.shapes();
        this.sequences = bench.sequences();
        this.pairs = bench.pairs();
        this.blocks = plan().blocks();
    }

    public Plan plan() {
        return experiment.plan(parameters, shapes);
    }

    /** The same run in another number of blocks. */
    public TestRun<P> withBlocks(int wanted) {
        blocks = wanted;
        return this;
    }

    public List<Tally> tallies() {
        boolean sequential = plan().sequential();
        List<Tally> tallies = new ArrayList<>();
        for (int index = 0; index < blocks; index++) {
            tallies.add(block(index, sequential && index > 0 ? tallies.get(index - 1) : null));
        }
        return tallies;
    }

    /** One block; the bench has the run's items again afterwards. */
    public Tally block(int index, Tally previous) {
        Block block = new Block(index, blocks, seed);
        bench.withSequences(sequences.subList(
                block.share(sequences.size(), index), block.share(sequences.size(), index + 1)));
        bench.withPairs(pairs.subList(block.share(pairs.size(), index), block.share(pairs.size(), index + 1)));
        bench.after(previous);
        try {
            return experiment.measure(parameters, block, bench);
        } finally {
            bench.withSequences(sequences).withPairs(pairs);
        }
    }

    public Findings conclude(List<Tally> tallies) {
        return experiment.conclude(parameters, shapes, tallies);
    }

    public Findings findings() {
        return conclude(tallies());
    }
}
