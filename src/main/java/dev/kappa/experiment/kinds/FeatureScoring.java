package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Attribution;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.experiment.measure.FeatureSums;
import dev.kappa.experiment.measure.GradientPass;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Scores every feature of any number of dictionaries at any number of hooks: one forward and one backward
 * pass of each batch, then one encode for each dictionary.
 */
final class FeatureScoring {
    /** A dictionary at a hook; its sums are named {@code label/…} in the tally. */
    record Subject(String label, HookPoint hook, Sae sae) {}

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
        Map<Subject, FeatureSums> sums = new LinkedHashMap<>();
        Map<Subject, FeatureSums> nulls = new LinkedHashMap<>();
        subjects.forEach(subject -> sums.put(subject, new FeatureSums(subject.sae().shape().width())));
        if (withNull) {
            subjects.forEach(subject -> nulls.put(subject, new FeatureSums(subject.sae().shape().width())));
        }
        List<HookPoint> hooks = subjects.stream().map(Subject::hook).distinct().toList();
        List<TaskMetric.Work> work = metric.work(bench, batchSize);
        double tokens = 0;
        double value = 0;
        for (int i = 0; i < work.size(); i++) {
            bench.progress((double) i / work.size());
            Batch batch = work.get(i).batch();
            try (Scope scope = Scope.open(bench.device())) {
                GradientPass.Result pass = new GradientPass(scope, bench.model(), hooks)
                        .run(batch.tokens(scope), work.get(i).objective());
                value += pass.backwards().get(0).value();
                for (Subject subject : subjects) {
                    add(subject, batch, pass, seed, sums.get(subject), nulls.get(subject));
                }
            }
            tokens += (double) batch.size() * batch.counted();
        }
        Tally tally = new Tally();
        tally.put("tokens", tokens);
        tally.put("sequences", work.stream().mapToInt(part -> part.batch().size()).sum());
        tally.put("metric", value);
        sums.forEach((subject, sum) -> sum.into(tally, subject.label() + "/"));
        nulls.forEach((subject, sum) -> sum.into(tally, subject.label() + "/null_"));
        return tally;
    }

    private static void add(
            Subject subject, Batch batch, GradientPass.Result pass, long seed, FeatureSums sums, FeatureSums nulls) {
        try (Scope scope = Scope.open(pass.activation(subject.hook()).getDevice())) {
            NDArray activations = scope.keep(batch.countedRows(pass.activation(subject.hook())));
            NDArray gradients = scope.keep(batch.countedRows(pass.gradient(subject.hook())));
            SparseCode code = subject.sae().encode(activations);
            long[] rows = code.rows().toLongArray();
            long[] latents = code.latents().toLongArray();
            sums.add(rows, latents, Attribution.effects(scope, subject.sae(), code, gradients), batch.counted());
            if (nulls != null) {
                long[] permuted = permuted(latents, subject, seed);
                NDArray directions = Tensors.of(scope, permuted, permuted.length);
                nulls.add(
                        rows,
                        latents,
                        Attribution.effects(scope, subject.sae(), code, directions, gradients),
                        batch.counted());
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
