package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.kappa.tensor.Scope;

/**
 * Products of prepared rows with encoder rows. On the CPU a number does not depend on what is computed beside
 * it: libtorch adds up every product of matrices in the same order, unless one has fewer than 12 rows or
 * columns. So few rows are computed several times over, and callers ask for no fewer than {@link #FEWEST}
 * latents of a wider dictionary.
 */
record PreActivations(Latents latents, NDArray bias) {
    static final long FEWEST = 16;

    long width() {
        return bias.size();
    }

    /** x · encoder + bias, for latents {@code from} to {@code to}: [row, to − from]. */
    NDArray of(NDArray x, long from, long to, Scope scope) {
        return product(x, from, to, part(bias, from, to, scope), scope);
    }

    /** x · encoder. */
    NDArray withoutBias(NDArray x, long from, long to, Scope scope) {
        return product(x, from, to, null, scope);
    }

    private NDArray product(NDArray x, long from, long to, NDArray term, Scope scope) {
        long wanted = x.getShape().get(0);
        NDArray rows = wanted < FEWEST ? x.tile(new long[] {(FEWEST + wanted - 1) / wanted, 1}) : x;
        NDArray encoder = latents.encoder(from, to, scope);
        NDArray product = rows.getNDArrayInternal().linear(rows, encoder, term).singletonOrThrow();
        return wanted < FEWEST ? product.get(new NDIndex().addSliceDim(0, wanted)) : product;
    }

    /** Elements of an array of one number a latent; all of an array of one number. */
    static NDArray part(NDArray array, long from, long to, Scope scope) {
        boolean shared = array.size() == 1;
        return array.get(scope.manager(), new NDIndex().addSliceDim(shared ? 0 : from, shared ? 1 : to));
    }
}
