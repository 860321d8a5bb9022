package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.SparseFormat;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Sparse;

/** Matrices on the device. */
record ResidentLatents(NDArray encoder, NDArray decoder) implements Latents {
    /** Enough for the product to run at the speed of arithmetic and not of memory. */
    private static final int ROWS = 128;

    @Override
    public int rowsPerPass() {
        return ROWS;
    }

    @Override
    public long latentsAtOnce() {
        return Long.MAX_VALUE;
    }

    @Override
    public NDArray encoder(long from, long to, Scope scope) {
        return encoder.get(scope.manager(), new NDIndex().addSliceDim(from, to));
    }

    @Override
    public NDArray decoder(NDArray latents) {
        return rows(decoder, latents);
    }

    /** Rows of a matrix, in the scope of their numbers i64 [k]. */
    static NDArray rows(NDArray matrix, NDArray numbers) {
        return numbers.getNDArrayInternal().embedding(numbers, matrix, SparseFormat.DENSE).singletonOrThrow();
    }

    @Override
    public NDArray sum(SparseCode code) {
        return Sparse.multiply(code.rows(), code.latents(), code.steps(), code.rowCount(), decoder);
    }

    @Override
    public void close() {}
}
