package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;

/** The part of an activation that its features make: Σ f d, without the dictionary's bias and error. */
public final class FeatureParts {
    private FeatureParts() {}

    /** Σ f d of every row, in the scope of {@code rows}. */
    public static NDArray sum(Sae sae, NDArray rows, SparseCode code) {
        return difference(sae, rows, code, code.steps());
    }

    /** Σ f d over the features that are kept, in the scope of {@code rows}. */
    public static NDArray sum(Sae sae, NDArray rows, SparseCode code, boolean[] kept) {
        try (Scope inner = Scope.within(rows)) {
            long[] latents = code.latents().toLongArray();
            float[] mask = new float[latents.length];
            for (int i = 0; i < mask.length; i++) {
                mask[i] = kept[(int) latents[i]] ? 1f : 0f;
            }
            NDArray steps = Tensors.of(inner, mask, mask.length).mul(code.steps());
            return difference(sae, rows, code, steps);
        }
    }

    private static NDArray difference(Sae sae, NDArray rows, SparseCode code, NDArray steps) {
        try (Scope inner = Scope.within(rows)) {
            NDArray x = inner.keep(rows.duplicate());
            NDArray zeros = inner.keep(steps.zerosLike());
            NDArray sum = sae.decode(x, with(code, steps)).sub(sae.decode(x, with(code, zeros)));
            sum.attach(rows.getManager());
            return sum;
        }
    }

    private static SparseCode with(SparseCode code, NDArray steps) {
        return new SparseCode(code.rows(), code.latents(), steps, steps, code.rowCount());
    }
}
