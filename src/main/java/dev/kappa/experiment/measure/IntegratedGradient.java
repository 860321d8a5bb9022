package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;

/**
 * The mean gradient along a straight path of a hook's activation, by a left Riemann sum: the start is a point of
 * it, the end is not. One path serves every feature: it changes all of them together, from what they are to what
 * they are at the path's end, and a feature's effect is its own change times the mean slope along its decoder
 * row. (A path of one feature alone would need passes for every feature, which is what exact ablation has.)
 */
public final class IntegratedGradient {
    private IntegratedGradient() {}

    /**
     * @param first the gradient at the start, which attribution patching uses, [batch, position, width]
     * @param mean of all points
     */
    public record Result(NDArray first, NDArray mean) {}

    /**
     * @param end where the path from the suffix's activation leads, [batch, position, width]
     * @param between called before each pass
     */
    public static Result towards(
            NDArray end, Scope scope, Suffix suffix, Objective objective, int steps, Runnable between) {
        NDArray start = suffix.activation();
        NDArray first = suffix.gradient(scope, start, objective);
        NDArray sum = scope.keep(first.duplicate());
        for (int step = 1; step < steps; step++) {
            between.run();
            try (Scope inner = scope.child()) {
                NDArray way = inner.keep(end.sub(start)).mul((float) step / steps);
                sum.addi(suffix.gradient(inner, way.add(start), objective));
            }
        }
        return new Result(first, scope.keep(sum.div(steps)));
    }

    /**
     * The activation of a batch with every feature taken away and the dictionary's error kept: x − Σ f d at
     * counted positions.
     *
     * @param code of the batch's counted rows
     */
    public static NDArray withoutFeatures(Scope scope, Batch batch, Sae sae, NDArray activation, SparseCode code) {
        try (Scope inner = scope.child()) {
            NDArray x = inner.keep(batch.countedRows(activation));
            NDArray features = FeatureParts.sum(sae, x, code);
            long width = activation.getShape().get(2);
            NDArray removed = features.reshape(batch.size(), batch.counted(), width);
            if (batch.firstCounted() > 0) {
                NDArray kept = inner.manager().zeros(new Shape(batch.size(), batch.firstCounted(), width));
                removed = NDArrays.concat(new NDList(kept, removed), 1);
            }
            return scope.keep(activation.sub(removed));
        }
    }
}
