package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.kappa.lm.LanguageModel;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import dev.kappa.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The last stretch from the final residual stream to a scalar, and its gradient there. Logits exist only for the
 * rows that the objective reads, and only for a chunk of them at a time: memory is bounded whatever the vocabulary,
 * and logits are still in the processor's cache when they are read.
 */
final class Readout {
    /** Logits that exist at one time: 4 MiB of f32, or those of one row. */
    private static final long CHUNK_ELEMENTS = 1L << 20;

    private final LanguageModel model;
    private final int length;

    /** @param length positions of the sequences; a residual stream may hold only the last of them */
    Readout(LanguageModel model, int length) {
        this.model = model;
        this.length = length;
    }

    /** The value of m, and ∂m/∂residual in the residual's shape. */
    record Gradient(double value, NDArray cotangent) {}

    /** @param residual [batch, position, d_model] of at least the positions that the objective reads */
    Gradient gradient(Scope scope, NDArray residual, Objective objective) {
        NDArray flat = scope.keep(Tensors.flat(residual.stopGradient()));
        Rows rows = rows(residual, objective);
        double value = 0;
        NDList gradients = new NDList();
        for (int[] chunk : rows.chunks()) {
            try (Scope inner = scope.child();
                    Tape tape = Tape.open(inner)) {
                NDArray leaf = tape.leaf(rows.pick(inner, flat, chunk));
                NDArray part = objective.terms(model.logits(leaf), chunk, inner).sum();
                value += part.getFloat();
                tape.backward(part);
                gradients.add(scope.keep(tape.takeGradient(leaf)));
            }
        }
        NDArray read = gradients.size() == 1 ? gradients.get(0) : NDArrays.concat(gradients, 0);
        return new Gradient(value, rows.spread(scope, read, residual));
    }

    /**
     * What each position of each sequence adds to the value, [batch · length], without a graph; 0 where the
     * objective reads nothing or the residual holds nothing.
     */
    double[] terms(NDArray residual, Objective objective) {
        NDArray flat = Tensors.flat(residual);
        Rows rows = rows(residual, objective);
        double[] terms = new double[(int) residual.getShape().get(0) * length];
        for (int[] chunk : rows.chunks()) {
            try (Scope inner = Scope.within(residual)) {
                NDArray picked = rows.pick(inner, flat, chunk);
                float[] part = objective.terms(model.logits(picked), chunk, inner).toFloatArray();
                for (int i = 0; i < chunk.length; i++) {
                    terms[objective.rows()[chunk[i]]] = part[i];
                }
            }
        }
        return terms;
    }

    private Rows rows(NDArray residual, Objective objective) {
        return new Rows(objective.rows(), (int) residual.getShape().get(1));
    }

    /** The rows that an objective reads, in a residual stream of the last positions of each sequence. */
    private final class Rows {
        private final int[] rows;
        private final int positions;
        private final int[] held;

        Rows(int[] rows, int positions) {
            this.rows = rows;
            this.positions = positions;
            this.held = IntStream.range(0, rows.length)
                    .filter(i -> rows[i] % length >= length - positions)
                    .toArray();
        }

        /** Their numbers, a chunk at a time. */
        Iterable<int[]> chunks() {
            int size = (int) Math.max(1, CHUNK_ELEMENTS / model.architecture().vocabulary());
            return () -> IntStream.range(0, (held.length + size - 1) / size)
                    .mapToObj(i -> Arrays.copyOfRange(held, i * size, Math.min(held.length, (i + 1) * size)))
                    .iterator();
        }

        NDArray pick(Scope scope, NDArray flat, int[] chunk) {
            long[] index = Arrays.stream(chunk).mapToLong(this::place).toArray();
            return Tensors.rows(flat, Tensors.of(scope, index, index.length));
        }

        /** Where a row is in the residual stream. */
        private long place(int i) {
            return (long) rows[i] / length * positions + rows[i] % length - (length - positions);
        }

        /** Gradients of the rows that were read, at their places among zeros. */
        NDArray spread(Scope scope, NDArray read, NDArray residual) {
            int all = (int) residual.getShape().get(0) * positions;
            if (held.length == all) {
                return read.reshape(residual.getShape());
            }
            // Row 0 of the padded gradients is zero, and stands for every row that was not read.
            long[] from = new long[all];
            for (int i = 0; i < held.length; i++) {
                from[(int) place(held[i])] = i + 1;
            }
            NDArray zero = scope.manager().zeros(new Shape(1, read.getShape().get(1)));
            NDArray padded = NDArrays.concat(new NDList(zero, read), 0);
            return Tensors.rows(padded, Tensors.of(scope, from, all)).reshape(residual.getShape());
        }
    }
}
