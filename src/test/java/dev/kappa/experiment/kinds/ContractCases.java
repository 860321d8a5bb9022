package dev.kappa.experiment.kinds;

import ai.djl.Device;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.measure.Aggregation;
import dev.kappa.experiment.training.Kind;
import dev.kappa.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** For every kind: parameters for a small random model, and parameters that must be refused. */
final class ContractCases implements AutoCloseable {
    static final String HOOK = "blocks.1.hook_resid_post";
    private static final int D = 16;
    private static final int LENGTH = 9;
    private static final int ITEMS = 8;

    private final Scope scope = Scope.open(Device.cpu());
    private final TestBench sequences;
    private final TestBench pairs;

    /**
     * A change of a parameter that makes the parameters wrong.
     *
     * @param names what the refusal must name
     */
    record Wrong(String component, Object value, String names) {}

    record Case<P extends Record>(Experiment<P> experiment, P parameters, List<Wrong> wrong) {
        boolean readsPairs() {
            return experiment instanceof CircuitRecall;
        }
    }

    ContractCases(Path folder) {
        sequences = bench(folder).withSequences(ITEMS, LENGTH, 7);
        pairs = bench(folder).withPairs(pairs());
    }

    private TestBench bench(Path folder) {
        return TestBench.of(folder, 5)
                .with("relu", RandomSaes.relu(scope, D, 24, 1))
                .with("topk", RandomSaes.topK(scope, D, 40, 4, 2))
                .with("narrow", RandomSaes.relu(scope, 12, 24, 3));
    }

    /** A bench with the items that a kind reads. */
    TestBench bench(Case<?> of) {
        return of.readsPairs() ? pairs : sequences;
    }

    /** A bench with the other sort of items. */
    TestBench wrongBench(Case<?> of) {
        return of.readsPairs() ? sequences : pairs;
    }

    private static List<Pair> pairs() {
        Random random = new Random(11);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
            int[] clean = random.ints(5, 0, 37).toArray();
            int[] patch = clean.clone();
            patch[2] = (patch[2] + 1 + random.nextInt(35)) % 37;
            pairs.add(new Pair(i, clean, patch, random.nextInt(18), 18 + random.nextInt(18), "singular"));
        }
        return pairs;
    }

    List<Case<?>> all() {
        return Kinds.all().stream().<Case<?>>map(ContractCases::of).toList();
    }

    private static Case<?> of(Experiment<?> experiment) {
        if (experiment instanceof JacobianRank kind) {
            return new Case<>(
                    kind,
                    new JacobianRank.Parameters(
                            "m", List.of(HOOK, "blocks.0.attn.hook_z"), "c", ITEMS, LENGTH, null, 2, 2),
                    List.of(
                            new Wrong("hooks", List.of("blocks.7.hook_resid_post"), "blocks.7"),
                            new Wrong("hooks", List.of("blocks.0.hook_nowhere"), "hook_nowhere")));
        }
        if (experiment instanceof WidthSweep kind) {
            return new Case<>(
                    kind,
                    new WidthSweep.Parameters(
                            "m",
                            HOOK,
                            List.of("relu", "topk"),
                            "c",
                            ITEMS,
                            LENGTH,
                            null,
                            Aggregation.TOKEN_MEAN_ABS,
                            null,
                            1,
                            true,
                            2),
                    dictionaries(new Wrong("saes", List.of("relu", "narrow"), "narrow")));
        }
        if (experiment instanceof ExactAblation kind) {
            return new Case<>(
                    kind,
                    new ExactAblation.Parameters("m", HOOK, "relu", "c", ITEMS, LENGTH, null, 4, 6, 3, 2, 5),
                    dictionaries(new Wrong("sae", "narrow", "narrow")));
        }
        if (experiment instanceof EncoderDecoderCells kind) {
            return new Case<>(
                    kind,
                    new EncoderDecoderCells.Parameters(
                            "m", HOOK, "relu", "c", ITEMS, LENGTH, null, null, null, 1, true, 2),
                    dictionaries(new Wrong("sae", "narrow", "narrow")));
        }
        if (experiment instanceof SyntheticGroundTruth kind) {
            return new Case<>(
                    kind,
                    new SyntheticGroundTruth.Parameters(
                            8, 12, 4, 0.2, null, null, null, 4000, 16, Kind.TOPK, 3, null, null, 1, 50, 4),
                    List.of(
                            new Wrong("readers", 9, "readers 9"),
                            new Wrong("sources", 3, "sources 3"),
                            new Wrong("k", 17, "k 17"),
                            new Wrong("selected", 20, "selected 20")));
        }
        if (experiment instanceof CircuitRecall kind) {
            List<Place> places = List.of(new Place("blocks.0.hook_mlp_out", "topk"), new Place(HOOK, "relu"));
            return new Case<>(
                    kind,
                    new CircuitRecall.Parameters(
                            "m", places, "c", ITEMS, 5, CircuitRecall.Method.EXACT, 0.01, 3, null, null, 2, 7),
                    List.of(
                            new Wrong("places", List.of(new Place("blocks.9.hook_resid_post", "relu")), "blocks.9"),
                            new Wrong("places", List.of(new Place(HOOK, "narrow")), "narrow"),
                            new Wrong("places", List.of(Place.of(HOOK)), HOOK)));
        }
        if (experiment instanceof DepthSweep kind) {
            List<Place> places = List.of(
                    Place.of("blocks.0.hook_resid_post"),
                    new Place(HOOK, "relu"),
                    new Place("blocks.2.hook_resid_post", "topk"));
            return new Case<>(
                    kind,
                    new DepthSweep.Parameters(
                            "m", places, "c", ITEMS, LENGTH, null, 2, null, null, null, null, null, 1, 2),
                    List.of(
                            new Wrong("places", List.of(Place.of("blocks.9.hook_resid_post")), "blocks.9"),
                            new Wrong("places", List.of(new Place(HOOK, "narrow")), "narrow"),
                            new Wrong("metric", TaskMetric.KL_DIVERGENCE, "kl_divergence")));
        }
        if (experiment instanceof GeometricPrivilege kind) {
            return new Case<>(
                    kind,
                    new GeometricPrivilege.Parameters(
                            "m", HOOK, "relu", "c", ITEMS, LENGTH, null, 1, null, null, null, 1, true, 20, 2),
                    dictionaries(new Wrong("sae", "narrow", "narrow")));
        }
        if (experiment instanceof SaeTraining kind) {
            return new Case<>(
                    kind,
                    new SaeTraining.Parameters(
                            "m", HOOK, "c", ITEMS, LENGTH, 20, Kind.TOPK, 3, null, 1e-3, 2, 4, null, 2, null),
                    List.of(
                            new Wrong("hook", "blocks.7.hook_resid_post", "blocks.7"),
                            new Wrong("k", 21, "k 21")));
        }
        if (experiment instanceof ModelSamples kind) {
            return new Case<>(
                    kind,
                    new ModelSamples.Parameters("m", ITEMS, LENGTH, 3, 1.0, 4),
                    List.of(new Wrong("length", 33, "33"), new Wrong("firstToken", 37, "37")));
        }
        throw new AssertionError("no case for the kind " + experiment.kind());
    }

    /** What every kind refuses that attributes a metric to features of one hook. */
    private static List<Wrong> dictionaries(Wrong width) {
        return List.of(
                width,
                new Wrong("hook", "blocks.7.hook_resid_post", "blocks.7"),
                new Wrong("hook", "blocks.0.hook_nowhere", "hook_nowhere"),
                new Wrong("metric", TaskMetric.KL_DIVERGENCE, "kl_divergence"));
    }

    /** The names that {@link Bundled} refers to, with their sizes. */
    static Map<String, Integer> bundledWidths() {
        return IntStream.rangeClosed(0, 6)
                .boxed()
                .collect(Collectors.toMap(i -> Bundled.sae(1 << i), i -> 128 << i));
    }

    @Override
    public void close() {
        sequences.close();
        pairs.close();
        scope.close();
    }
}
