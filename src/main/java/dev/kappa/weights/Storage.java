package dev.kappa.weights;

import dev.kappa.fault.Fault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Bytes for random access, in segments that a Java buffer can address. */
interface Storage {
    /** Bytes of a segment: a multiple of every element's, so that none lies in two segments. */
    int SEGMENT_BITS = 30;

    /** What a tensor may take that must be in memory as a whole. */
    long MOST_IN_MEMORY = 1L << 30;

    /** Segment number {@code index}, little-endian. */
    ByteBuffer segment(int index);

    /** Part of a file, mapped when it is first used. */
    static Storage mapped(FileBytes file, long position, long length) {
        ByteBuffer[] segments = new ByteBuffer[(int) ((length >> SEGMENT_BITS) + 1)];
        return index -> {
            synchronized (segments) {
                if (segments[index] == null) {
                    long from = (long) index << SEGMENT_BITS;
                    int count = (int) Math.min(1 << SEGMENT_BITS, length - from);
                    segments[index] = count < NativeLoad.WORTH_MAPPING
                            ? file.bytes(position + from, count)
                            : file.map(position + from, count);
                }
                return segments[index];
            }
        };
    }

    /** The content of a deflated zip entry after {@code skipped} bytes, in memory. */
    static Storage inflated(FileBytes file, ZipIndex.Entry entry, long skipped) {
        long length = entry.size() - skipped;
        if (length > MOST_IN_MEMORY) {
            throw Fault.user("tensor_too_large", file.name() + ": entry '" + entry.name() + "' is deflated, in Fortran order"
                    + " and has " + length + " bytes; at most " + MOST_IN_MEMORY + " can be turned around. Save it in C order");
        }
        try (Inflation inflation = new Inflation(file, entry)) {
            inflation.skip(skipped);
            ByteBuffer all = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
            inflation.read(all);
            return index -> all;
        }
    }
}
