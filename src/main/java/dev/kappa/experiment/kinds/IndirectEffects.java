package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.measure.Activations;
import dev.kappa.experiment.measure.Attribution;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.ExactEffects;
import dev.kappa.experiment.measure.FeatureParts;
import dev.kappa.experiment.measure.IntegratedGradient;
import dev.kappa.experiment.measure.SequenceEntries;
import dev.kappa.experiment.measure.Suffix;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Indirect effects of one place's features and error on one batch of pairs: how much logit(patch answer) −
 * logit(clean answer) grows when a feature at one position gets the value it has in the patched prefix.
 *
 * <p>Because dictionaries are affine, no dictionary is in the loop of a gradient method: with G the gradient at x
 * (its mean over the path, for integrated gradients), the effect of feature i is δf_i ⟨d_i, G⟩ and that of the error
 * is what remains of ⟨δx, G⟩.
 */
final class IndirectEffects {
    private final CircuitRecall.Parameters parameters;
    private final Bench bench;
    private final Place place;
    private final Sae sae;

    /** Sums over pairs and positions, one a feature, and that of the error. */
    record Sums(double[] features, double[] error) {
        Sums(int width) {
            this(new double[width], new double[1]);
        }
    }

    IndirectEffects(CircuitRecall.Parameters parameters, Bench bench, Place place) {
        this.parameters = parameters;
        this.bench = bench;
        this.place = place;
        this.sae = bench.sae(place.sae());
    }

    void add(TaskMetric.Work work, Sums attribution, Sums reference, Runnable between) {
        try (Scope scope = Scope.open(bench.device())) {
            Batch clean = work.batch();
            Batch patch = new Batch(work.pairs().stream().map(Pair::patchSequence).toList());
            Suffix suffix = Suffix.of(scope, bench.model(), clean.tokens(scope), place.point());
            NDArray target = Activations.at(scope, bench.model(), patch.tokens(scope), place.point());
            int steps = parameters.method() == CircuitRecall.Method.INTEGRATED_GRADIENTS ? parameters.igSteps() : 1;
            IntegratedGradient.Result gradients =
                    IntegratedGradient.towards(target, scope, suffix, work.objective(), steps, between);
            States states = new States(scope, clean, suffix.activation(), target);
            states.add(scope, gradients.first(), attribution);
            switch (parameters.method()) {
                case ATTRIBUTION -> states.add(scope, gradients.first(), reference);
                case INTEGRATED_GRADIENTS -> states.add(scope, gradients.mean(), reference);
                case EXACT -> states.addExact(work, suffix, reference, between);
            }
        }
    }

    /** Both runs' features of a batch, at its counted positions. */
    private final class States {
        private final Batch batch;
        private final NDArray difference;
        private final SparseCode clean;
        private final SparseCode patch;
        private final NDArray errorDifference;

        States(Scope scope, Batch batch, NDArray x, NDArray target) {
            this.batch = batch;
            NDArray cleanRows = scope.keep(batch.countedRows(x));
            NDArray patchRows = scope.keep(batch.countedRows(target));
            difference = scope.keep(patchRows.sub(cleanRows));
            clean = sae.encode(cleanRows);
            patch = sae.encode(patchRows);
            errorDifference = difference.sub(
                    scope.keep(FeatureParts.sum(sae, patchRows, patch)).sub(FeatureParts.sum(sae, cleanRows, clean)));
        }

        void add(Scope scope, NDArray gradient, Sums sums) {
            NDArray slopes = scope.keep(batch.countedRows(gradient));
            // The metric is clean − patch, and attribution takes features away: two changes of sign.
            accumulate(sums.features(), patch, Attribution.effects(scope, sae, patch, slopes), 1);
            accumulate(sums.features(), clean, Attribution.effects(scope, sae, clean, slopes), -1);
            for (double term : Tensors.doubles(errorDifference.mul(slopes).sum(new int[] {1}))) {
                sums.error()[0] -= term;
            }
        }

        private void accumulate(double[] sums, SparseCode code, float[] effects, int sign) {
            long[] latents = code.latents().toLongArray();
            for (int i = 0; i < effects.length; i++) {
                sums[(int) latents[i]] += sign * effects[i];
            }
        }

        void addExact(TaskMetric.Work work, Suffix suffix, Sums sums, Runnable between) {
            List<ExactEffects.Change> changes = changes();
            ExactEffects exact = new ExactEffects(suffix, sae, work::objectiveOf, parameters.copies());
            double[] effects = exact.of(changes, between);
            for (int i = 0; i < effects.length; i++) {
                sums.features()[changes.get(i).latent()] -= effects[i];
            }
            for (double effect : exact.of(moves(), between)) {
                sums.error()[0] -= effect;
            }
        }

        /** One change for each feature at each position where the two runs differ. */
        private List<ExactEffects.Change> changes() {
            Map<Long, Float> differences = new TreeMap<>();
            long width = sae.shape().width();
            SequenceEntries from = SequenceEntries.of(clean, batch);
            SequenceEntries to = SequenceEntries.of(patch, batch);
            for (int i = 0; i < to.rows().length; i++) {
                differences.merge(to.rows()[i] * width + to.latents()[i], to.steps()[i], Float::sum);
            }
            for (int i = 0; i < from.rows().length; i++) {
                differences.merge(from.rows()[i] * width + from.latents()[i], -from.steps()[i], Float::sum);
            }
            List<ExactEffects.Change> changes = new ArrayList<>();
            differences.forEach((key, amount) -> {
                int row = (int) (key / width);
                if (amount != 0) {
                    changes.add(new ExactEffects.Change(
                            row / batch.counted(),
                            (int) (key % width),
                            new int[] {batch.firstCounted() + row % batch.counted()},
                            new float[] {amount}));
                }
            });
            return changes;
        }

        /** The error's change, one position at a time. */
        private ExactEffects.Moves moves() {
            int rows = (int) errorDifference.getShape().get(0);
            int[] sequences = new int[rows];
            int[] positions = new int[rows];
            Arrays.setAll(sequences, row -> row / batch.counted());
            Arrays.setAll(positions, row -> batch.firstCounted() + row % batch.counted());
            return new ExactEffects.Moves(errorDifference, sequences, positions);
        }
    }
}
