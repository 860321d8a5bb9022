package dev.kappa.weights;

import java.util.List;

/** A tensor as its file declares it. The shape is empty for a single number. */
public record TensorInfo(String name, ElementType type, List<Long> shape) {
    /** More than any model uses; it bounds what a hostile header can make a reader keep. */
    static final int MOST_DIMENSIONS = 16;

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

    /**
     * The number of elements of a shape that a file declares. The product of all sizes other than zero
     * must fit 60 bits, so that no stride and no number of bytes can overflow later.
     */
    static long count(FileBytes file, String name, List<Long> shape) {
        long product = 1;
        boolean empty = false;
        for (long size : shape) {
            if (size < 0 || size > 0 && product > (1L << 60) / size) {
                throw file.malformed("tensor '" + name + "' has shape " + shape
                        + ", which has negative sizes or more than 2^60 elements");
            }
            product *= Math.max(size, 1);
            empty |= size == 0;
        }
        return empty ? 0 : product;
    }
}
