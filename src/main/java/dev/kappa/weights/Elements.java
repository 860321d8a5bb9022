package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Where the elements of one tensor are, in row-major order of its shape, as little-endian bytes. */
interface Elements {
    /** Reads elements one after the other, beginning with {@code first}. */
    Cursor cursor(long first);

    /** Whether a cursor may begin anywhere at no cost, so that several can share the work. */
    default boolean seekable() {
        return true;
    }

    /** The file's own memory of some elements, where it holds them side by side. */
    default Optional<ByteBuffer> map(long first, int count) {
        return Optional.empty();
    }

    /** A place among the elements; used by one thread. */
    interface Cursor extends AutoCloseable {
        /** Fills the buffer, whose size is a whole number of elements, with the next elements. */
        void read(ByteBuffer target);

        @Override
        default void close() {}
    }
}
