package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Aggregation;
import dev.kappa.experiment.measure.Attribution;
import dev.kappa.experiment.measure.ExactEffects;
import dev.kappa.experiment.measure.FeatureSums;
import dev.kappa.experiment.measure.IntegratedGradient;
import dev.kappa.experiment.measure.SequenceEntries;
import dev.kappa.experiment.measure.Suffix;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/** One block of {@link ExactAblation}. */
final class AblationMeasurement {
    private final ExactAblation.Parameters parameters;
    private final Bench bench;
    private final HookPoint hook;
    private final Sae sae;

    AblationMeasurement(ExactAblation.Parameters parameters, Bench bench) {
        this.parameters = parameters;
        this.bench = bench;
        this.hook = HookPoint.parse(parameters.hook());
        this.sae = bench.sae(parameters.sae());
    }

    Tally measure(long seed) {
        FeatureSample sample = bench.previous().map(FeatureSample::of).orElseGet(() -> pilot(seed));
        List<TaskMetric.Work> work = parameters.metric().work(bench, parameters.batch());
        FeatureSums all = new FeatureSums(sae.shape().width());
        EffectSums sums = new EffectSums(sample.size());
        double tokens = 0;
        for (int i = 0; i < work.size(); i++) {
            double done = (double) i / work.size();
            add(work.get(i), sample, all, sums, () -> bench.progress(done));
            tokens += (double) work.get(i).batch().size() * work.get(i).batch().counted();
        }
        Tally tally = new Tally();
        tally.put("tokens", tokens);
        tally.put("sequences", work.stream().mapToInt(part -> part.batch().size()).sum());
        sample.into(tally);
        all.into(tally, "all/");
        sums.into(tally);
        return tally;
    }

    /** The sample that the first block's attributions ask for. */
    private FeatureSample pilot(long seed) {
        Tally scored = new FeatureScoring(parameters.metric(), parameters.batch(), false)
                .measure(List.of(new FeatureScoring.Subject("pilot", hook, sae)), seed, bench);
        double[] scores = FeatureTotals.of(List.of(scored), "pilot/", Aggregation.SEQUENCE_SUM_ABS).scores();
        return FeatureSample.draw(scores, 2 * parameters.k(), parameters.others(), seed);
    }

    private void add(TaskMetric.Work work, FeatureSample sample, FeatureSums all, EffectSums sums, Runnable between) {
        between.run();
        try (Scope scope = Scope.open(bench.device())) {
            Suffix suffix = Suffix.of(scope, bench.model(), work.batch().tokens(scope), hook);
            NDArray x = scope.keep(work.batch().countedRows(suffix.activation()));
            SparseCode code = sae.encode(x);
            IntegratedGradient.Result gradients = IntegratedGradient.towards(
                    IntegratedGradient.withoutFeatures(scope, work.batch(), sae, suffix.activation(), code),
                    scope,
                    suffix,
                    work.objective(),
                    parameters.igSteps(),
                    between);
            float[] attributed = Attribution.effects(
                    scope, sae, code, scope.keep(work.batch().countedRows(gradients.first())));
            float[] integrated = Attribution.effects(
                    scope, sae, code, scope.keep(work.batch().countedRows(gradients.mean())));
            SequenceEntries entries = SequenceEntries.of(code, work.batch());
            all.add(entries.rows(), entries.latents(), attributed, work.batch().counted());

            List<SequenceEntries.Group> groups = new ArrayList<>();
            List<Integer> places = new ArrayList<>();
            int[] placeOf = sample.places();
            for (SequenceEntries.Group group : entries.groups()) {
                if (placeOf[group.latent()] >= 0) {
                    groups.add(group);
                    places.add(placeOf[group.latent()]);
                }
            }
            double[] exact = new ExactEffects(suffix, sae, work::objectiveOf, parameters.copies())
                    .of(groups.stream().map(entries::removal).toList(), between);
            for (int i = 0; i < exact.length; i++) {
                sums.add(places.get(i), exact[i], groups.get(i).sum(attributed), groups.get(i).sum(integrated));
            }
        }
    }
}
