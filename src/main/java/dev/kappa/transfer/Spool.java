package dev.kappa.transfer;

import dev.kappa.fault.Fault;
import dev.kappa.store.Hashes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.springframework.util.FileSystemUtils;

/**
 * The entries of an archive from a stranger, each in a file of our own name below a folder that goes with the spool.
 * An entry's name is only ever looked up, never a path. Reading stops at the first entry that is unknown or there
 * twice, and as soon as more was unpacked than is accepted.
 */
final class Spool implements AutoCloseable {
    /** Blocks of the largest run, tables, figures and artifacts with room to spare. */
    private static final int MOST_ENTRIES = 20_000;

    private static final int CHUNK = 1 << 16;

    /** @param sha256 of the content, in hexadecimal */
    record Entry(Path file, long bytes, String sha256) {}

    private final Path folder;
    private final long mostBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long bytes;

    private Spool(Path folder, long mostBytes) {
        this.folder = folder;
        this.mostBytes = mostBytes;
    }

    /** @param mostBytes that all entries may have together once they are unpacked */
    static Spool of(InputStream archive, Path root, long mostBytes) throws IOException {
        Spool spool = new Spool(Files.createTempDirectory(root, "import-"), mostBytes);
        try {
            spool.read(archive);
            return spool;
        } catch (IOException | RuntimeException e) {
            spool.close();
            throw e;
        }
    }

    Map<String, Entry> entries() {
        return entries;
    }

    private void read(InputStream archive) throws IOException {
        ZipInputStream zip = new ZipInputStream(archive, StandardCharsets.UTF_8);
        try {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                if (!Entries.isKnown(name)) {
                    throw Fault.user("archive_unsafe", "an archive of a run has no entry '" + shortened(name) + "'");
                }
                if (entries.containsKey(name)) {
                    throw Fault.user("archive_unsafe", "the archive has two entries '" + name + "'");
                }
                if (entries.size() == MOST_ENTRIES) {
                    throw Fault.user("archive_unsafe", "the archive has more than " + MOST_ENTRIES + " entries");
                }
                entries.put(name, unpack(zip));
            }
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            throw Fault.user("archive_malformed", "the body is no whole zip: " + e.getMessage());
        }
        if (entries.isEmpty()) {
            throw Fault.user("archive_malformed", "the body is no zip with entries; accepted: what GET …/export gives");
        }
        archive.transferTo(OutputStream.nullOutputStream());
    }

    private Entry unpack(InputStream zip) throws IOException {
        Path file = folder.resolve(Integer.toString(entries.size()));
        MessageDigest digest = Hashes.start();
        byte[] chunk = new byte[CHUNK];
        long before = bytes;
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int read = zip.read(chunk); read >= 0; read = zip.read(chunk)) {
                bytes += read;
                if (bytes > mostBytes) {
                    throw new TooLarge("the archive unpacks to more than the " + mostBytes + " bytes that are accepted");
                }
                digest.update(chunk, 0, read);
                out.write(chunk, 0, read);
            }
        }
        return new Entry(file, bytes - before, HexFormat.of().formatHex(digest.digest()));
    }

    private static String shortened(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100) + "…";
    }

    @Override
    public void close() {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            // Nothing refers to it; it is removed when the server starts again.
        }
    }
}
