package dev.kappa.experiment.kinds;

import dev.kappa.corpus.Pair;
import dev.kappa.corpus.PairSelection;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.Suffix;
import dev.kappa.tensor.Scope;
import java.util.List;
import java.util.Optional;

/** One block of {@link CircuitRecall}. */
final class CircuitMeasurement {
    /** Before the names of sums over all blocks on which the circuit is found. */
    static final String CARRIED = "circuit/";

    /** Pairs in the corpus' file: in the first block's tally alone, being no sum over blocks. */
    static final String PAIRS_READ = "selection/read";

    /** Before the reason for which pairs of the file were left out. */
    static final String PAIRS_DROPPED = "selection/dropped/";

    private final CircuitRecall.Parameters parameters;
    private final Block block;
    private final Bench bench;

    CircuitMeasurement(CircuitRecall.Parameters parameters, Block block, Bench bench) {
        this.parameters = parameters;
        this.block = block;
        this.bench = bench;
    }

    Tally measure() {
        List<TaskMetric.Work> work = TaskMetric.LOGIT_DIFFERENCE.work(bench, parameters.batch());
        boolean finds = block.index() < block.of() / 2;
        Tally tally = new Tally();
        effects(work, tally);
        if (block.index() == 0) {
            selection(tally);
        }
        if (finds) {
            carry(tally);
        } else {
            pass(bench.previous().orElseThrow(), tally);
            cutOut(work, tally);
        }
        return tally;
    }

    private void selection(Tally tally) {
        PairSelection selection = bench.pairSelection();
        tally.put(PAIRS_READ, selection.read());
        for (PairSelection.Reason reason : PairSelection.Reason.values()) {
            tally.put(PAIRS_DROPPED + reason.label(), selection.dropped().getOrDefault(reason, 0));
        }
    }

    private void effects(List<TaskMetric.Work> work, Tally tally) {
        double[] behaviour = new double[3];
        for (int p = 0; p < parameters.places().size(); p++) {
            Place place = parameters.places().get(p);
            int width = bench.sae(place.sae()).shape().width();
            IndirectEffects.Sums attribution = new IndirectEffects.Sums(width);
            IndirectEffects.Sums reference = new IndirectEffects.Sums(width);
            IndirectEffects effects = new IndirectEffects(parameters, bench, place);
            for (int i = 0; i < work.size(); i++) {
                double done = (p + (double) i / work.size()) / parameters.places().size();
                bench.progress(done);
                effects.add(work.get(i), attribution, reference, () -> bench.progress(done));
                if (p == 0) {
                    addBehaviour(work.get(i), behaviour);
                }
            }
            tally.put(place.label() + "/attribution", attribution.features());
            tally.put(place.label() + "/attribution_error", attribution.error());
            tally.put(place.label() + "/reference", reference.features());
            tally.put(place.label() + "/reference_error", reference.error());
        }
        tally.put("pairs", work.stream().mapToInt(part -> part.batch().size()).sum());
        tally.put("clean", behaviour[0]).put("correct", behaviour[1]).put("patched", behaviour[2]);
    }

    /** Σ of the logit difference, of correct answers, and of the logit difference after the patched prefix. */
    private void addBehaviour(TaskMetric.Work work, double[] sums) {
        try (Scope scope = Scope.open(bench.device())) {
            for (double difference : differences(scope, work, work.batch())) {
                sums[0] += difference;
                sums[1] += difference > 0 ? 1 : 0;
            }
            Batch patch = new Batch(work.pairs().stream().map(Pair::patchSequence).toList());
            for (double difference : differences(scope, work, patch)) {
                sums[2] += difference;
            }
        }
    }

    private double[] differences(Scope scope, TaskMetric.Work work, Batch prefixes) {
        Suffix suffix = Suffix.of(
                scope, bench.model(), prefixes.tokens(scope), parameters.places().get(0).point());
        return suffix.values(work.objective());
    }

    /** The sums so far of what the circuit is read from. */
    private void carry(Tally tally) {
        Optional<Tally> before = bench.previous();
        tally.put(CARRIED + "pairs", tally.number("pairs") + before.map(b -> b.number(CARRIED + "pairs")).orElse(0.0));
        for (Place place : parameters.places()) {
            for (String name : List.of("/reference", "/reference_error")) {
                double[] sum = tally.doubles(place.label() + name).clone();
                before.ifPresent(b -> {
                    double[] more = b.doubles(CARRIED + place.label() + name);
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] += more[i];
                    }
                });
                tally.put(CARRIED + place.label() + name, sum);
            }
        }
    }

    private static void pass(Tally from, Tally to) {
        from.entries().forEach((name, entry) -> {
            if (name.startsWith(CARRIED)) {
                to.put(name, entry.f64(), entry.shape());
            }
        });
    }

    private void cutOut(List<TaskMetric.Work> work, Tally tally) {
        double model = 0;
        double empty = 0;
        double[] circuits = new double[Circuit.GRID.length];
        double[] complements = new double[Circuit.GRID.length];
        for (TaskMetric.Work part : work) {
            try (Scope scope = Scope.open(bench.device())) {
                CutOut cutOut = new CutOut(scope, parameters, bench, part);
                model += cutOut.ofModel();
                for (int g = 0; g < Circuit.GRID.length; g++) {
                    bench.progress(1);
                    Circuit circuit =
                            Circuit.above(Circuit.GRID[g] * parameters.nodeThreshold(), parameters, tally, CARRIED);
                    if (g == 0) {
                        empty += cutOut.of(circuit.none(parameters.errors()));
                    }
                    circuits[g] += cutOut.of(circuit);
                    complements[g] += cutOut.of(circuit.complement(parameters.errors()));
                }
            }
        }
        tally.put("cut/pairs", tally.number("pairs")).put("cut/model", model).put("cut/empty", empty);
        tally.put("cut/circuits", circuits).put("cut/complements", complements);
    }
}
