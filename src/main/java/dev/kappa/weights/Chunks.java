package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.LongStream;

/** Walks the elements of a tensor in pieces of bounded size, large tensors on several threads. */
final class Chunks {
    /** Elements handed out at a time: at most 512 KiB, which stays in the second-level cache. */
    static final int CHUNK = 1 << 16;

    /** Elements one thread takes at a time. */
    private static final long SHARE = 1L << 20;

    private Chunks() {}

    /** Takes elements from {@code first} on, as little-endian bytes. */
    interface Visitor {
        void visit(long first, ByteBuffer elements);
    }

    /** Visits elements {@code from} to {@code to}; no order is promised. */
    static void forEach(StoredTensor tensor, long from, long to, Visitor visitor) {
        long shares = (to - from + SHARE - 1) / SHARE;
        if (shares > 1 && tensor.elements().seekable()) {
            LongStream.range(0, shares).parallel().forEach(share -> {
                long start = from + share * SHARE;
                inOrder(tensor, start, Math.min(to, start + SHARE), visitor);
            });
        } else {
            inOrder(tensor, from, to, visitor);
        }
    }

    /** Visits elements {@code from} to {@code to} in order, on this thread. Opens no cursor for none: there is no first one. */
    static void inOrder(StoredTensor tensor, long from, long to, Visitor visitor) {
        if (from == to) {
            return;
        }
        int bytes = tensor.info().type().bytes();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, to - from) * bytes);
        chunk.order(ByteOrder.LITTLE_ENDIAN);
        try (Elements.Cursor cursor = tensor.elements().cursor(from)) {
            for (long at = from; at < to; at += CHUNK) {
                chunk.clear().limit((int) Math.min(CHUNK, to - at) * bytes);
                cursor.read(chunk);
                visitor.visit(at, chunk.flip());
            }
        }
    }
}
