package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.sae.format.Blueprint.Matrix;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Sparse;
import dev.kappa.weights.TensorFile;
import java.util.Arrays;

/**
 * Matrices that stay in their file: of the encoder a chunk is on the device at a time, of the decoder the rows that
 * are asked for. Reading costs the same for one activation as for thousands, so they should come together.
 *
 * @param encoderFactor [width, 1] on the device, null for ones
 * @param decoderFactor the same
 * @param chunk numbers of a matrix that are on the device at a time
 */
record FileLatents(
        TensorFile file, Matrix encoder, NDArray encoderFactor, Matrix decoder, NDArray decoderFactor, int dIn, long chunk)
        implements Latents {
    /** The usual chunk: 128 MiB. */
    static final long CHUNK = 1 << 25;

    private static final int ROWS = 4096;

    @Override
    public int rowsPerPass() {
        return ROWS;
    }

    @Override
    public long latentsAtOnce() {
        return Math.max(1, chunk / dIn);
    }

    @Override
    public NDArray encoder(long from, long to, Scope scope) {
        return rows(encoder, encoderFactor, from, to, scope);
    }

    private NDArray rows(Matrix matrix, NDArray factor, long from, long to, Scope scope) {
        NDArray rows = matrix.transposed()
                ? file.loadColumns(matrix.name(), from, to, scope).transpose()
                : file.loadRows(matrix.name(), from, to, scope);
        return factor == null ? rows : rows.mul(PreActivations.part(factor, from, to, scope));
    }

    @Override
    public NDArray decoder(NDArray latents) {
        try (Scope scope = Scope.within(latents)) {
            long[] wanted = latents.toLongArray();
            long[] distinct = distinct(wanted);
            NDArray order = scope.manager().create(positions(wanted, distinct));
            NDArray result = ResidentLatents.rows(gather(distinct, scope), order);
            result.attach(latents.getManager());
            return result;
        }
    }

    @Override
    public NDArray sum(SparseCode code) {
        try (Scope scope = Scope.within(code.steps())) {
            NDArray sum = scope.manager().zeros(new Shape(code.rowCount(), dIn));
            long[] rows = code.rows().toLongArray();
            long[] latents = code.latents().toLongArray();
            for (int from = 0, to; from < rows.length; from = to) {
                to = end(rows, from);
                try (Scope inner = scope.child()) {
                    add(sum, code, Arrays.copyOfRange(rows, from, to), Arrays.copyOfRange(latents, from, to), from, inner);
                }
            }
            sum.attach(code.steps().getManager());
            return sum;
        }
    }

    /** As many entries as may each need a decoder row of their own; the entries of a row stay together if they can. */
    private int end(long[] rows, int from) {
        int end = (int) Math.min(rows.length, from + latentsAtOnce());
        int cut = end;
        while (cut > from && cut < rows.length && rows[cut - 1] == rows[cut]) {
            cut--;
        }
        return cut == from ? end : cut;
    }

    private void add(NDArray sum, SparseCode code, long[] rows, long[] latents, int from, Scope scope) {
        long first = rows[0];
        long last = rows[rows.length - 1];
        long[] distinct = distinct(latents);
        NDArray part = Sparse.multiply(
                scope.manager().create(Arrays.stream(rows).map(row -> row - first).toArray()),
                scope.manager().create(positions(latents, distinct)),
                code.steps().get(scope.manager(), new NDIndex().addSliceDim(from, from + rows.length)),
                last - first + 1,
                gather(distinct, scope));
        sum.get(scope.manager(), new NDIndex().addSliceDim(first, last + 1)).addi(part);
    }

    /** Decoder rows of distinct latents in ascending order, [latents, dIn]. */
    private NDArray gather(long[] latents, Scope scope) {
        if (latents.length == 0) {
            return scope.manager().create(new Shape(0, dIn), DataType.FLOAT32);
        }
        NDList parts = new NDList();
        // Of a transposed matrix, stretches of columns are read whole: their rows in the file are all touched anyway.
        long span = decoder.transposed() ? latentsAtOnce() : 1;
        for (int from = 0, to; from < latents.length; from = to) {
            to = from + 1;
            while (to < latents.length && (latents[to] - latents[from] < span || latents[to] - latents[from] == to - from)) {
                to++;
            }
            parts.add(stretch(Arrays.copyOfRange(latents, from, to), scope));
        }
        return NDArrays.concat(parts);
    }

    private NDArray stretch(long[] latents, Scope scope) {
        long first = latents[0];
        long last = latents[latents.length - 1];
        if (!decoder.transposed()) {
            return rows(decoder, decoderFactor, first, last + 1, scope);
        }
        try (Scope inner = scope.child()) {
            NDArray rows = rows(decoder, decoderFactor, first, last + 1, inner);
            return scope.keep(rows.get(inner.manager(), new NDIndex("{}", chosen(latents, first, inner))));
        }
    }

    private static NDArray chosen(long[] latents, long first, Scope scope) {
        return scope.manager().create(Arrays.stream(latents).map(latent -> latent - first).toArray());
    }

    private static long[] distinct(long[] latents) {
        return Arrays.stream(latents).sorted().distinct().toArray();
    }

    private static long[] positions(long[] latents, long[] distinct) {
        return Arrays.stream(latents).map(latent -> Arrays.binarySearch(distinct, latent)).toArray();
    }

    @Override
    public void close() {
        file.close();
    }
}
