package dev.kappa.weights;

import java.util.List;

/** A tensor as its file declares it. The shape is empty for a single number. */
public record TensorInfo(String name, ElementType type, List<Long> shape) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** The number of elements; a reader has checked that it does not overflow. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Elements in one row, a row being all that shares the first index. */
    public long rowElements() {
        return shape.isEmpty() ? 1 : shape.stream().skip(1).reduce(1L, Math::multiplyExact);
    }
}
