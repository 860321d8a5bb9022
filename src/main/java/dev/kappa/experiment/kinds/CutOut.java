package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.measure.Activations;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.FeatureParts;
import dev.kappa.experiment.measure.Values;
import dev.kappa.lm.Hooks;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * One batch of pairs with the model reduced to a circuit. At each place, in the order of the pass, the features and
 * the error of the activation as the pass has made it so far are taken apart; what is not in the circuit is
 * replaced, and the pass goes on.
 */
final class CutOut {
    private final Scope scope;
    private final CircuitRecall.Parameters parameters;
    private final Bench bench;
    private final TaskMetric.Work work;
    private final List<Replacement> replacements = new ArrayList<>();

    /**
     * Of one place, over the batch's patched prefixes.
     *
     * @param rows x, [pair · counted position, width]
     * @param rest mean of what no feature makes, [1, counted position, width]
     */
    private record Replacement(NDArray rows, SparseCode code, NDArray rest) {}

    CutOut(Scope scope, CircuitRecall.Parameters parameters, Bench bench, TaskMetric.Work work) {
        this.scope = scope;
        this.parameters = parameters;
        this.bench = bench;
        this.work = work;
        if (parameters.replacement() == CircuitRecall.Replacement.PATCH_MEAN) {
            Batch patch = new Batch(work.pairs().stream().map(Pair::patchSequence).toList());
            for (Place place : parameters.places()) {
                NDArray x = Activations.at(scope, bench.model(), patch.tokens(scope), place.point());
                NDArray rows = scope.keep(patch.countedRows(x));
                SparseCode code = bench.sae(place.sae()).encode(rows);
                NDArray rest = rows.sub(FeatureParts.sum(bench.sae(place.sae()), rows, code));
                replacements.add(new Replacement(rows, code, meanOfPairs(rest)));
            }
        }
    }

    /** [pair · position, width] to its mean over pairs, [1, position, width]. */
    private NDArray meanOfPairs(NDArray rows) {
        return perPair(rows).mean(new int[] {0}, true);
    }

    private NDArray perPair(NDArray rows) {
        return rows.reshape(
                work.batch().size(), work.batch().counted(), rows.getShape().get(1));
    }

    /** Σ over pairs of logit(clean answer) − logit(patch answer) of the whole model. */
    double ofModel() {
        return value(Hooks.none());
    }

    /** The same of a circuit. */
    double of(Circuit circuit) {
        Hooks hooks = Hooks.none();
        for (int p = 0; p < parameters.places().size(); p++) {
            int place = p;
            hooks = hooks.with(parameters.places().get(p).point(), x -> cut(x, circuit, place));
        }
        return value(hooks);
    }

    private double value(Hooks hooks) {
        return Values.of(scope, bench.model(), work.batch().tokens(scope), hooks, work.objective());
    }

    private NDArray cut(NDArray x, Circuit circuit, int place) {
        try (Scope inner = Scope.within(x)) {
            Sae sae = bench.sae(parameters.places().get(place).sae());
            boolean[] kept = circuit.features().get(place);
            NDArray rows = inner.keep(work.batch().countedRows(x).duplicate());
            SparseCode code = sae.encode(rows);
            NDArray all = FeatureParts.sum(sae, rows, code);
            NDArray features = perPair(FeatureParts.sum(sae, rows, code, kept));
            NDArray rest = perPair(rows.sub(all));
            NDArray result;
            if (parameters.replacement() == CircuitRecall.Replacement.ZERO) {
                NDArray bare = perPair(sae.decode(rows, code).sub(all));
                result = features.add(circuit.errors()[place] ? rest : bare);
            } else {
                Replacement instead = replacements.get(place);
                NDArray others = inner.keep(instead.rows().duplicate());
                NDArray mean = meanOfPairs(FeatureParts.sum(
                        sae, others, instead.code(), circuit.complement(CircuitRecall.Errors.REMOVED)
                                .features()
                                .get(place)));
                result = features.add(mean).add(circuit.errors()[place] ? rest : instead.rest());
            }
            int first = work.batch().firstCounted();
            if (first > 0) {
                NDArray before = inner.keep(x.get(new NDIndex(":, :" + first)));
                result = NDArrays.concat(new NDList(before, result), 1);
            }
            result.attach(x.getManager());
            return result;
        }
    }
}
