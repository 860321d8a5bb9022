package dev.kappa.weights;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The bytes of one open file, at long positions. Reads go through the channel, so that a file that
 * shrinks while it is open is a fault and not a signal; only {@link #map} hands out memory of the file
 * itself.
 */
final class FileBytes implements AutoCloseable {
    private static final int LONGEST_DETAIL = 1000;

    private final Path path;
    private final long size;
    private FileChannel channel;
    private boolean closed;

    private FileBytes(Path path) throws IOException {
        this.path = path;
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
        this.size = channel.size();
    }

    static FileBytes open(Path path) {
        try {
            if (!Files.isRegularFile(path)) {
                throw missing(path);
            }
            return new FileBytes(path);
        } catch (NoSuchFileException e) {
            throw missing(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static Fault missing(Path path) {
        return Fault.user("weights_missing", "there is no file '" + path.getFileName() + "'");
    }

    private static Fault unreadable(Path path, IOException e) {
        return Fault.external("weights_unreadable", path.getFileName() + " cannot be read: " + e, e);
    }

    /** The name that faults are given: messages leave the machine, folders do not. */
    String name() {
        return path.getFileName().toString();
    }

    long size() {
        return size;
    }

    /** A fault about what the file says; what it quotes is cut where a file makes it long. */
    Fault malformed(String detail) {
        String shown = detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) + "…" : detail;
        return Fault.user("weights_malformed", name() + ": " + shown);
    }

    /** Fills the buffer with the bytes from {@code position} on. */
    void read(long position, ByteBuffer target) {
        int start = target.position();
        while (target.hasRemaining()) {
            int count = onChannel(open -> open.read(target, position + target.position() - start));
            if (count < 0) {
                throw changed();
            }
        }
    }

    /** A few bytes, little-endian. */
    ByteBuffer bytes(long position, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        read(position, bytes);
        return bytes.flip();
    }

    /**
     * The file's own memory, read-only and little-endian, from exactly {@code position} on. It stays
     * mapped until the garbage collector finds the buffer unreachable, whether or not this is closed.
     */
    ByteBuffer map(long position, int count) {
        return onChannel(open -> {
            if (open.size() < position + count) {
                throw changed();
            }
            return open.map(FileChannel.MapMode.READ_ONLY, position, count).order(ByteOrder.LITTLE_ENDIAN);
        });
    }

    Fault changed() {
        return Fault.external("weights_changed", name() + " became shorter while it was open", null);
    }

    /** The bytes from {@code from} (inclusive) to {@code to} (exclusive) as a stream, buffered. */
    InputStream stream(long from, long to) {
        return new RangeStream(this, from, to);
    }

    /** What is done with the channel; it may be done again. */
    private interface Action<T> {
        T on(FileChannel channel) throws IOException;
    }

    /** An interrupted thread's read closes the channel for all threads: the others open the file again. */
    private <T> T onChannel(Action<T> action) {
        while (true) {
            try {
                return action.on(channel());
            } catch (ClosedByInterruptException e) {
                throw Fault.external("weights_interrupted", "reading " + name() + " was interrupted", e);
            } catch (ClosedChannelException e) {
                continue;
            } catch (IOException e) {
                throw unreadable(path, e);
            }
        }
    }

    private synchronized FileChannel channel() throws IOException {
        if (closed) {
            throw Fault.internal("weights_closed", name() + " has been closed", null);
        }
        if (!channel.isOpen()) {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            if (channel.size() != size) {
                throw changed();
            }
        }
        return channel;
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static final class RangeStream extends InputStream {
        private final FileBytes file;
        private final ByteBuffer buffer;
        private final long to;
        private long next;

        RangeStream(FileBytes file, long from, long to) {
            this.file = file;
            this.next = from;
            this.to = to;
            this.buffer = ByteBuffer.allocate((int) Math.min(1 << 16, to - from)).limit(0);
        }

        private boolean fill() {
            if (!buffer.hasRemaining() && next < to) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), to - next));
                file.read(next, buffer);
                next += buffer.flip().remaining();
            }
            return buffer.hasRemaining();
        }

        @Override
        public int read() {
            return fill() ? buffer.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, buffer.remaining());
            buffer.get(target, offset, count);
            return count;
        }
    }
}
