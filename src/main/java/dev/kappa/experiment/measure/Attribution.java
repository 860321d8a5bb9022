package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;

/**
 * Attribution patching: zeroing feature i at token t, with the error kept, moves x_t by −f d_i, so to first
 * order m changes by −f⟨d_i, g_t⟩. Only features that fire need the product, so decoder rows are gathered
 * for those and no dense product of all gradients with all decoder rows is formed.
 */
public final class Attribution {
    /** Gathered numbers that exist at one time: 16 MiB of f32, twice. */
    private static final long CHUNK_ELEMENTS = 4L << 20;

    private Attribution() {}

    /**
     * Δm of zeroing each entry's feature at its row alone, to first order.
     *
     * @param gradients g [row, d], for the rows that {@code code} was made from
     */
    public static float[] effects(Scope scope, Sae sae, SparseCode code, NDArray gradients) {
        return effects(scope, sae, code, code.latents(), gradients);
    }

    /** The same along the decoder rows of other latents: with permuted ones, a null. */
    public static float[] effects(Scope scope, Sae sae, SparseCode code, NDArray latents, NDArray gradients) {
        float[] effects = new float[(int) code.entries()];
        int chunk = (int) Math.max(1, CHUNK_ELEMENTS / sae.shape().dIn());
        for (int from = 0; from < effects.length; from += chunk) {
            int to = Math.min(effects.length, from + chunk);
            try (Scope inner = scope.child()) {
                NDArray directions = sae.decoderRows(inner.keep(Tensors.slice(latents, from, to)));
                NDArray slopes = Tensors.rows(gradients, inner.keep(Tensors.slice(code.rows(), from, to)));
                NDArray products = inner.keep(directions.mul(slopes)).sum(new int[] {1});
                float[] part = products.mul(Tensors.slice(code.steps(), from, to)).neg().toFloatArray();
                System.arraycopy(part, 0, effects, from, part.length);
            }
        }
        return effects;
    }
}
