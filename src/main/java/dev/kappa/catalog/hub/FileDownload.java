package dev.kappa.catalog.hub;

import dev.kappa.fault.Fault;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One file: into {@code <file>.part}, going on where an earlier attempt ended, checked against the hub's hash, and
 * only then renamed.
 *
 * <ol>
 *   <li>What is in the part is hashed again, so that a damaged part is found out too.
 *   <li>The rest is asked for with {@code Range}, and with {@code If-Range} where the hub named a version before
 *       (kept in {@code <file>.etag}). An answer with the whole file starts it anew.
 *   <li>A connection that ends early or stands still is taken up again where it broke.
 *   <li>The size and the hash must be those of the listing; a file with another hash is thrown away.
 * </ol>
 */
final class FileDownload {
    private static final int CHUNK = 1 << 18;

    private final HubSettings settings;
    private final HubHttp http;
    private final HubProgress progress;
    private final URI address;
    private final HubFile file;
    private final Path target;
    private final Path part;
    private final Path etag;

    FileDownload(HubSettings settings, HubHttp http, HubProgress progress, URI address, HubFile file, Path target) {
        this.settings = settings;
        this.http = http;
        this.progress = progress;
        this.address = address;
        this.file = file;
        this.target = target;
        this.part = target.resolveSibling(target.getFileName() + ".part");
        this.etag = target.resolveSibling(target.getFileName() + ".etag");
    }

    /** Bytes that earlier attempts have left on disk. */
    static long present(HubFile file, Path target) {
        for (Path candidate : new Path[] {target, target.resolveSibling(target.getFileName() + ".part")}) {
            if (Files.isRegularFile(candidate)) {
                return Math.min(candidate.toFile().length(), file.size());
            }
        }
        return 0;
    }

    void run() throws IOException {
        if (Files.isRegularFile(target)) {
            progress.advanced(file.size());
            return;
        }
        Files.createDirectories(target.getParent());
        Retry retry = new Retry(settings, progress, file.path());
        MessageDigest digest = file.digest();
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            takeUp(channel, digest);
            while (channel.position() < file.size()) {
                long before = channel.position();
                try {
                    transfer(channel, digest);
                } catch (LocalFailure e) {
                    throw e.getCause();
                } catch (IOException e) {
                    if (progress.cancelled()) {
                        throw new HubProgress.Cancelled();
                    }
                    if (channel.position() > before) {
                        retry.progressed();
                    }
                    retry.after(e);
                }
            }
            channel.force(true);
        }
        check(digest);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(etag);
    }

    /** Hashes what is there and stands behind it. */
    private void takeUp(FileChannel channel, MessageDigest digest) throws IOException {
        if (channel.size() > file.size()) {
            channel.truncate(0);
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long present = channel.size();
        while (channel.position() < present && channel.read(chunk.clear()) >= 0) {
            digest.update(chunk.flip());
        }
        progress.advanced(channel.position());
    }

    private void transfer(FileChannel channel, MessageDigest digest) throws IOException {
        long from = channel.position();
        try (HubHttp.Answer answer = http.get(address, file.path(), headers(from))) {
            boolean continues = answer.status() == 206
                    && answer.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + from + "-");
            if (from > 0 && !continues) {
                startAnew(channel, digest);
            }
            if (answer.status() == 416 || (answer.status() == 206 && from == 0 && !continues)) {
                throw new IOException("the hub answers " + answer.status() + " to the range from byte " + from);
            }
            if (answer.status() == 206 && !continues) {
                throw new IOException("the hub sent another range than the one from byte " + from);
            }
            rememberVersion(answer);
            copy(answer.body(), channel, digest);
        }
    }

    private Map<String, String> headers(long from) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept-Encoding", "identity");
        if (from > 0) {
            headers.put("Range", "bytes=" + from + "-");
            if (Files.isRegularFile(etag)) {
                headers.put("If-Range", Files.readString(etag));
            }
        }
        return headers;
    }

    /** Only a strong validator may stand in If-Range. */
    private void rememberVersion(HubHttp.Answer answer) throws IOException {
        String version = answer.headers().firstValue("ETag").orElse("");
        if (version.startsWith("\"")) {
            Files.write(etag, version.getBytes(StandardCharsets.US_ASCII));
        } else {
            Files.deleteIfExists(etag);
        }
    }

    private void startAnew(FileChannel channel, MessageDigest digest) throws IOException {
        progress.advanced(-channel.position());
        channel.truncate(0).position(0);
        file.restart(digest);
    }

    private void copy(InputStream body, FileChannel channel, MessageDigest digest) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (IdleGuard guard = new IdleGuard(body, settings.idle(), progress)) {
            for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
                guard.moved();
                if (progress.cancelled()) {
                    throw new HubProgress.Cancelled();
                }
                if (channel.position() + read > file.size()) {
                    throw Fault.external(
                            "download_corrupt",
                            "'" + file.path() + "' is longer than the " + file.size() + " bytes that the hub lists",
                            null);
                }
                write(channel, chunk, read);
                digest.update(chunk, 0, read);
                progress.advanced(read);
            }
            if (channel.position() < file.size()) {
                throw new EOFException("the transfer "
                        + (guard.expired() ? "stood still" : "ended") + " at byte " + channel.position() + " of "
                        + file.size());
            }
        }
    }

    /** A failure of the disk, which no further attempt mends. */
    private static final class LocalFailure extends IOException {
        private static final long serialVersionUID = 1L;

        LocalFailure(IOException cause) {
            super(cause);
        }

        @Override
        public synchronized IOException getCause() {
            return (IOException) super.getCause();
        }
    }

    private static void write(FileChannel channel, byte[] chunk, int length) throws LocalFailure {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, length);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new LocalFailure(e);
        }
    }

    private void check(MessageDigest digest) throws IOException {
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(file.oid())) {
            Files.delete(part);
            Files.deleteIfExists(etag);
            throw Fault.external(
                    "download_corrupt",
                    "'" + file.path() + "' has the hash " + found + ", but the hub lists " + file.oid()
                            + "; it was thrown away",
                    null);
        }
    }
}
