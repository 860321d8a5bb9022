package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.Shape;
import dev.kappa.lm.LanguageModel;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import dev.kappa.tensor.Tensors;
import java.util.Arrays;

/**
 * The last stretch from the final residual stream to a scalar, and its gradient there. Logits exist only
 * for the rows that the objective reads, and only for a chunk of them at a time: memory is bounded whatever
 * the vocabulary.
 */
final class Readout {
    /** Logits that exist at one time: 64 MiB of f32. */
    private static final long CHUNK_ELEMENTS = 16L << 20;

    private Readout() {}

    /** The value of m, and ∂m/∂residual as [batch, position, d_model]. */
    record Gradient(double value, NDArray cotangent) {}

    static Gradient of(Scope scope, LanguageModel model, NDArray residual, Objective objective) {
        NDArray flat = scope.keep(Tensors.flat(residual.stopGradient()));
        int[] rows = objective.rows();
        double value = 0;
        NDList gradients = new NDList();
        for (int from = 0; from < rows.length; from += chunk(model)) {
            int to = Math.min(rows.length, from + chunk(model));
            try (Scope inner = scope.child();
                    Tape tape = Tape.open(inner)) {
                NDArray leaf = tape.leaf(pick(inner, flat, rows, from, to));
                NDArray part = objective.part(model.logits(leaf), from, to, inner);
                value += part.getFloat();
                tape.backward(part);
                gradients.add(scope.keep(tape.takeGradient(leaf)));
            }
        }
        NDArray read = gradients.size() == 1 ? gradients.get(0) : NDArrays.concat(gradients, 0);
        return new Gradient(value, spread(scope, read, rows, residual));
    }

    /** The value alone, without a graph. */
    static double value(Scope scope, LanguageModel model, NDArray residual, Objective objective) {
        return Arrays.stream(terms(scope, model, residual, objective)).sum();
    }

    /** What each row that the objective reads adds to the value, without a graph. */
    static double[] terms(Scope scope, LanguageModel model, NDArray residual, Objective objective) {
        NDArray flat = Tensors.flat(residual);
        int[] rows = objective.rows();
        double[] terms = new double[rows.length];
        for (int from = 0; from < rows.length; from += chunk(model)) {
            int to = Math.min(rows.length, from + chunk(model));
            try (Scope inner = scope.child()) {
                NDArray picked = pick(inner, flat, rows, from, to);
                double[] part = Tensors.doubles(objective.terms(model.logits(picked), from, to, inner));
                System.arraycopy(part, 0, terms, from, part.length);
            }
        }
        return terms;
    }

    private static int chunk(LanguageModel model) {
        return (int) Math.max(1, CHUNK_ELEMENTS / model.architecture().vocabulary());
    }

    private static NDArray pick(Scope scope, NDArray flat, int[] rows, int from, int to) {
        long[] index = Arrays.stream(rows, from, to).asLongStream().toArray();
        return Tensors.rows(flat, Tensors.of(scope, index, index.length));
    }

    /** Gradients of the rows that were read, at their places among zeros. */
    private static NDArray spread(Scope scope, NDArray read, int[] rows, NDArray residual) {
        long all = residual.getShape().get(0) * residual.getShape().get(1);
        if (rows.length == all) {
            return read.reshape(residual.getShape());
        }
        // Row 0 of the padded gradients is zero, and stands for every row that was not read.
        long[] place = new long[(int) all];
        for (int i = 0; i < rows.length; i++) {
            place[rows[i]] = i + 1;
        }
        NDArray zero = scope.manager().zeros(new Shape(1, read.getShape().get(1)));
        NDArray padded = NDArrays.concat(new NDList(zero, read), 0);
        return Tensors.rows(padded, Tensors.of(scope, place, all)).reshape(residual.getShape());
    }
}
