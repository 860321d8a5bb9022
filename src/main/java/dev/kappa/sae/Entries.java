package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.tensor.Scope;
import java.util.List;
import java.util.function.Function;

/** Positions (row, latent) with their features; arrays of equal length. */
record Entries(NDArray rows, NDArray latents, NDArray values) {
    static Entries none(Scope scope) {
        return new Entries(
                scope.manager().create(new Shape(0), DataType.INT64),
                scope.manager().create(new Shape(0), DataType.INT64),
                scope.manager().create(new Shape(0), DataType.FLOAT32));
    }

    /** The elements of {@code values} [row, latent] where the mask is true, in row-major order. */
    static Entries where(NDArray mask, NDArray values) {
        return where(mask, values, null);
    }

    /**
     * The elements of {@code values} where the mask is true.
     *
     * @param names the latent of each element, in the shape of {@code values}; null where it is the column
     */
    static Entries where(NDArray mask, NDArray values, NDArray names) {
        NDArray positions = mask.nonzero(); // [entries, 2]
        NDArray rows = positions.get(new NDIndex(":, 0"));
        NDArray columns = positions.get(new NDIndex(":, 1"));
        try (NDArray flat = rows.mul(values.getShape().get(1)).addi(columns)) {
            return new Entries(rows, names == null ? columns : names.take(flat), values.take(flat));
        }
    }

    static Entries concat(List<Entries> parts, Scope scope) {
        if (parts.isEmpty()) {
            return none(scope);
        }
        if (parts.size() == 1) {
            return parts.get(0);
        }
        return new Entries(concat(parts, Entries::rows), concat(parts, Entries::latents), concat(parts, Entries::values));
    }

    private static NDArray concat(List<Entries> parts, Function<Entries, NDArray> field) {
        return NDArrays.concat(new NDList(parts.stream().map(field).toList()));
    }

    /** The same entries with rows counted from another start. */
    Entries fromRow(long first) {
        return first == 0 ? this : new Entries(rows.add(first), latents, values);
    }

    /** The same entries with latents counted from another start, and no longer as views of one array. */
    Entries fromLatent(long first) {
        return new Entries(rows.add(0), latents.add(first), values);
    }

    /** In order of row and then latent. */
    Entries sorted(long width) {
        NDArray order = rows.mul(width).add(latents).argSort();
        return new Entries(rows.take(order), latents.take(order), values.take(order));
    }

    Entries keptIn(Scope scope) {
        return new Entries(scope.keep(rows), scope.keep(latents), scope.keep(values));
    }
}
