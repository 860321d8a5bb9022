package dev.kappa.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The bytes of a deflated zip entry, from the first on, through a buffer of fixed size. That they are as
 * many as declared and have the declared CRC-32 is checked when the last has been read.
 */
final class Inflation implements AutoCloseable {
    private final FileBytes file;
    private final ZipIndex.Entry entry;
    private final InputStream compressed;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] input = new byte[1 << 15];
    private long given;

    Inflation(FileBytes file, ZipIndex.Entry entry) {
        this.file = file;
        this.entry = entry;
        this.compressed = file.stream(entry.start(), entry.start() + entry.compressed());
    }

    /** Fills the buffer, which must not ask for more than the entry's declared size. */
    void read(ByteBuffer target) {
        while (target.hasRemaining()) {
            int before = target.position();
            inflate(target);
            ByteBuffer fresh = target.duplicate().flip().position(before);
            given += fresh.remaining();
            crc.update(fresh);
        }
        if (given == entry.size()) {
            checkEnd();
        }
    }

    void skip(long count) {
        ByteBuffer scratch = ByteBuffer.allocate(1 << 15);
        for (long left = count; left > 0; left -= scratch.limit()) {
            read(scratch.clear().limit((int) Math.min(left, scratch.capacity())));
        }
    }

    private void inflate(ByteBuffer target) {
        try {
            int count = inflater.inflate(target);
            if (count > 0) {
                return;
            }
            if (inflater.finished() || inflater.needsDictionary() || !refill()) {
                throw file.malformed("entry '" + entry.name() + "' has " + given + " bytes, but declares " + entry.size());
            }
        } catch (DataFormatException e) {
            throw file.malformed("entry '" + entry.name() + "' is not deflated data: " + e.getMessage());
        }
    }

    private boolean refill() {
        try {
            int count = compressed.read(input);
            if (count > 0) {
                inflater.setInput(input, 0, count);
            }
            return count > 0;
        } catch (IOException e) {
            throw new IllegalStateException("a stream over a file gives faults only", e);
        }
    }

    private void checkEnd() {
        ByteBuffer one = ByteBuffer.allocate(1);
        try {
            while (!inflater.finished()) {
                if (inflater.inflate(one) > 0 || !inflater.finished() && !refill()) {
                    throw file.malformed("entry '" + entry.name() + "' does not end after its declared " + entry.size() + " bytes");
                }
            }
        } catch (DataFormatException e) {
            throw file.malformed("entry '" + entry.name() + "' is not deflated data: " + e.getMessage());
        }
        if (inflater.getBytesRead() != entry.compressed() || crc.getValue() != entry.crc()) {
            throw file.malformed("entry '" + entry.name() + "' does not match its declared length and CRC-32");
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
