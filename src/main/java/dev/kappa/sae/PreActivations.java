package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.kappa.tensor.Scope;

/**
 * Products of prepared rows with encoder rows. A number does not depend on what is computed beside it:
 * libtorch adds up every product of matrices in the same order. Only for a single row it takes another
 * kernel, so a single row is computed twice.
 */
record PreActivations(Latents latents, NDArray bias) {
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
        boolean single = x.getShape().get(0) == 1;
        NDArray rows = single ? x.repeat(0, 2) : x;
        NDArray encoder = latents.encoder(from, to, scope);
        NDArray product = rows.getNDArrayInternal().linear(rows, encoder, term).singletonOrThrow();
        return single ? product.get(new NDIndex().addSliceDim(0, 1)) : product;
    }

    /** Elements of an array of one number a latent; all of an array of one number. */
    static NDArray part(NDArray array, long from, long to, Scope scope) {
        boolean shared = array.size() == 1;
        return array.get(scope.manager(), new NDIndex().addSliceDim(shared ? 0 : from, shared ? 1 : to));
    }
}
