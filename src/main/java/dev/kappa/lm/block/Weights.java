package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.TensorFile;
import java.util.OptionalDouble;

/** A model's tensors on their way from a checked file to the model's scope. */
public final class Weights {
    private final TensorFile file;
    private final TensorTable table;
    private final Scope scope;

    public Weights(TensorFile file, TensorTable table, Scope scope) {
        this.file = file;
        this.table = table;
        this.scope = scope;
    }

    public Scope scope() {
        return scope;
    }

    public NDArray tensor(String name) {
        return file.load(table.stored(name, file), scope);
    }

    /** {@code name.weight} and, with a bias, {@code name.bias}. */
    public Linear linear(String name, boolean bias) {
        return new Linear(tensor(name + ".weight"), bias ? tensor(name + ".bias") : null);
    }

    /** A number as a native array, which recorded graphs may share. */
    public NDArray number(double value) {
        return scope.manager().full(new Shape(), (float) value);
    }

    /** The same of a number that may be absent; null where it is. */
    public NDArray number(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : null;
    }
}
