package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Attribution;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.experiment.measure.FeatureSums;
import dev.kappa.experiment.measure.GradientPass;
import dev.kappa.experiment.measure.Objective;
import dev.kappa.experiment.measure.OuterProducts;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Scores every feature of any number of dictionaries at any number of hooks: one forward and one backward
 * pass of each batch, then one encode for each encoder. The same forward pass can serve probes of the output's
 * geometry, with a backward pass each.
 */
final class FeatureScoring {
    /**
     * A dictionary at a hook; its sums are named {@code label/…} in the tally.
     *
     * @param sae encodes
     * @param decoder has the decoder rows
     */
    record Subject(String label, HookPoint hook, Sae sae, Sae decoder) {
        Subject(String label, HookPoint hook, Sae sae) {
            this(label, hook, sae, sae);
        }

        /** Subjects with the same one share an encode. */
        Encoder encoder() {
            return new Encoder(hook, sae);
        }
    }

    private record Encoder(HookPoint hook, Sae sae) {}

    /**
     * Hooks whose outer products are summed beside; they are named {@code hook/…} in the tally.
     *
     * @param hooks none where no geometry is wanted
     */
    record Geometry(List<HookPoint> hooks, Probes probes) {
        static Geometry none() {
            return new Geometry(List.of(), new Probes(JacobianRank.Output.FISHER, 0));
        }
    }

    private final TaskMetric metric;
    private final int batchSize;
    private final boolean withNull;

    /** @param withNull also scores along permuted decoder rows, which carry no meaning */
    FeatureScoring(TaskMetric metric, int batchSize, boolean withNull) {
        this.metric = metric;
        this.batchSize = batchSize;
        this.withNull = withNull;
    }

    Tally measure(List<Subject> subjects, long seed, Bench bench) {
        return measure(subjects, Geometry.none(), seed, bench);
    }

    Tally measure(List<Subject> subjects, Geometry geometry, long seed, Bench bench) {
        Map<Subject, FeatureSums> sums = new LinkedHashMap<>();
        Map<Subject, FeatureSums> nulls = new LinkedHashMap<>();
        Map<HookPoint, OuterProducts> products = new LinkedHashMap<>();
        subjects.forEach(subject -> sums.put(subject, new FeatureSums(subject.sae().shape().width())));
        if (withNull) {
            subjects.forEach(subject -> nulls.put(subject, new FeatureSums(subject.sae().shape().width())));
        }
        geometry.hooks().forEach(hook -> products.put(
                hook, new OuterProducts(bench.model().architecture().width(hook))));
        List<TaskMetric.Work> work = metric.work(bench, batchSize);
        double tokens = 0;
        double value = 0;
        for (int i = 0; i < work.size(); i++) {
            bench.progress((double) i / work.size());
            Batch batch = work.get(i).batch();
            try (Scope scope = Scope.open(bench.device())) {
                GradientPass.Result pass = pass(scope, work.get(i), subjects, geometry, seed, bench);
                value += pass.backwards().get(0).value();
                for (GradientPass.Backward probe : pass.backwards().subList(1, pass.backwards().size())) {
                    products.forEach((hook, sum) ->
                            sum.add(geometry.probes().samples(batch, probe.gradients().get(hook))));
                }
                subjects.stream()
                        .collect(Collectors.groupingBy(Subject::encoder, LinkedHashMap::new, Collectors.toList()))
                        .forEach((encoder, sharing) -> add(encoder, sharing, batch, pass, seed, sums, nulls));
            }
            tokens += (double) batch.size() * batch.counted();
        }
        Tally tally = new Tally();
        tally.put("tokens", tokens);
        tally.put("sequences", work.stream().mapToInt(part -> part.batch().size()).sum());
        tally.put("metric", value);
        sums.forEach((subject, sum) -> sum.into(tally, subject.label() + "/"));
        nulls.forEach((subject, sum) -> sum.into(tally, subject.label() + "/null_"));
        products.forEach((hook, sum) -> sum.into(tally, hook + "/"));
        return tally;
    }

    /** The metric's gradients first, then those of the probes. */
    private static GradientPass.Result pass(
            Scope scope,
            TaskMetric.Work work,
            List<Subject> subjects,
            Geometry geometry,
            long seed,
            Bench bench) {
        List<HookPoint> hooks = Stream.concat(subjects.stream().map(Subject::hook), geometry.hooks().stream())
                .distinct()
                .toList();
        List<Objective> objectives = Stream.concat(
                        Stream.of(work.objective()), geometry.probes().objectives(work.batch(), seed).stream())
                .toList();
        return new GradientPass(scope, bench.model(), hooks).run(work.batch().tokens(scope), objectives);
    }

    private static void add(
            Encoder encoder,
            List<Subject> subjects,
            Batch batch,
            GradientPass.Result pass,
            long seed,
            Map<Subject, FeatureSums> sums,
            Map<Subject, FeatureSums> nulls) {
        try (Scope scope = Scope.open(pass.activation(encoder.hook()).getDevice())) {
            NDArray activations = scope.keep(batch.countedRows(pass.activation(encoder.hook())));
            NDArray gradients = scope.keep(batch.countedRows(pass.gradient(encoder.hook())));
            SparseCode code = encoder.sae().encode(activations);
            long[] rows = code.rows().toLongArray();
            long[] latents = code.latents().toLongArray();
            for (Subject subject : subjects) {
                float[] effects = Attribution.effects(scope, subject.decoder(), code, gradients);
                sums.get(subject).add(rows, latents, effects, batch.counted());
                if (nulls.containsKey(subject)) {
                    long[] permuted = permuted(latents, subject, seed);
                    NDArray directions = Tensors.of(scope, permuted, permuted.length);
                    float[] without = Attribution.effects(scope, subject.decoder(), code, directions, gradients);
                    nulls.get(subject).add(rows, latents, without, batch.counted());
                }
            }
        }
    }

    /** Each latent with the decoder row of another: one permutation for a run and a dictionary. */
    private static long[] permuted(long[] latents, Subject subject, long seed) {
        int width = subject.sae().shape().width();
        int[] permutation = new int[width];
        SplittableRandom random = Draws.of(seed, width, "null of " + subject.label());
        for (int i = 0; i < width; i++) {
            int j = random.nextInt(i + 1);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        long[] result = new long[latents.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = permutation[(int) latents[i]];
        }
        return result;
    }
}
