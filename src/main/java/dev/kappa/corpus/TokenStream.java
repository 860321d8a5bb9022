package dev.kappa.corpus;

import dev.kappa.fault.Fault;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The documents of a text or JSON-lines file as one stream of token ids, joined with the tokenizer's
 * separator, and the windows cut from it.
 *
 * <p>Window {@code k} of length L is [start token and] the ids from {@code k·n} to {@code (k+1)·n} of the stream,
 * where n is L less the start token; a rest that fills no window is left out. The stream ends after
 * {@code limit} ids, so that a window's number and content depend on the file, the tokenizer, the limit and L
 * alone.
 *
 * <p>The stream is kept in a file of big-endian i32 without a header: it is made once for a tokenizer, in bounded
 * memory, and only the windows that are used are read from it.
 */
final class TokenStream {
    private final Path file;
    private final long ids;

    private TokenStream(Path file, long ids) {
        this.file = file;
        this.ids = ids;
    }

    /** Opens a stream made earlier. */
    static TokenStream open(Path file) {
        try {
            return new TokenStream(file, Files.size(file) / Integer.BYTES);
        } catch (IOException e) {
            throw Fault.external("file_unreadable", "token stream '" + file + "' cannot be read: " + e, e);
        }
    }

    /** Tokenises a corpus into {@code target}, which appears complete or not at all. */
    static TokenStream make(Path source, CorpusKind kind, Encoding encoding, long limit, Path target) {
        Path part = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.createDirectories(target.getParent());
            try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
                Writer writer = new Writer(source, encoding, limit, out);
                if (kind == CorpusKind.TEXT) {
                    TextDocuments.read(source, writer);
                } else {
                    JsonDocuments.read(source, writer);
                }
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Fault.external("file_unwritable", "token stream '" + target + "' cannot be written: " + e, e);
        } finally {
            part.toFile().delete();
        }
        return open(target);
    }

    long windows(int length, Encoding encoding) {
        return ids / body(length, encoding);
    }

    /** The windows of these numbers, in this order. */
    Sequence[] read(long[] numbers, int length, Encoding encoding) {
        int body = body(length, encoding);
        int skip = length - body;
        Sequence[] windows = new Sequence[numbers.length];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(body * Integer.BYTES);
            for (int i = 0; i < numbers.length; i++) {
                bytes.clear();
                long position = numbers[i] * bytes.capacity();
                while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {}
                int[] tokens = new int[length];
                encoding.start().ifPresent(start -> tokens[0] = start);
                bytes.flip().asIntBuffer().get(tokens, skip, body);
                windows[i] = new Sequence(numbers[i], tokens, skip);
            }
        } catch (IOException e) {
            throw Fault.external("file_unreadable", "token stream '" + file + "' cannot be read: " + e, e);
        }
        return windows;
    }

    private static int body(int length, Encoding encoding) {
        int body = encoding.start().isPresent() ? length - 1 : length;
        if (body < 1) {
            throw Fault.user("sequence_too_short", "a sequence of length " + length + " holds no token of the corpus");
        }
        return body;
    }

    /** Writes documents until the limit. */
    private static final class Writer implements DocumentVisitor {
        private final Path source;
        private final Encoding encoding;
        private final DataOutputStream out;
        private long room;
        private boolean first = true;

        Writer(Path source, Encoding encoding, long limit, DataOutputStream out) {
            this.source = source;
            this.encoding = encoding;
            this.room = limit;
            this.out = out;
        }

        @Override
        public boolean text(String document) {
            return join(encoding.encode(document));
        }

        @Override
        public boolean tokens(int[] document, long line) {
            for (int id : document) {
                if (id >= encoding.vocabulary()) {
                    throw Fault.user(
                            "corpus_malformed",
                            "corpus file '" + source + "', line " + line + ": token id " + id
                                    + " is outside the model's vocabulary of " + encoding.vocabulary());
                }
            }
            return join(document);
        }

        private boolean join(int[] document) {
            try {
                if (!first && encoding.separator().isPresent() && room > 0) {
                    out.writeInt(encoding.separator().getAsInt());
                    room--;
                }
                first = false;
                int taken = (int) Math.min(room, document.length);
                for (int i = 0; i < taken; i++) {
                    out.writeInt(document[i]);
                }
                room -= taken;
                return room > 0;
            } catch (IOException e) {
                throw Fault.external("file_unwritable", "a token stream cannot be written: " + e, e);
            }
        }
    }
}
