package dev.kappa.transfer;

import dev.kappa.run.Json;
import dev.kappa.store.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.springframework.core.io.Resource;

/** Writes entries one after the other, and at last the manifest of them. */
final class ArchiveWriter {
    /** The earliest that a zip can name: the same run gives the same bytes whenever it is written. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final ZipOutputStream zip;
    private final List<Manifest.File> files = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    ArchiveWriter(OutputStream out) {
        zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
    }

    void json(String path, Object document) throws IOException {
        text(path, Json.write(document));
    }

    void text(String path, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        entry(path, Deflater.DEFAULT_COMPRESSION, out -> out.write(bytes));
    }

    /** Numbers hardly shrink: they are compressed fast rather than well. */
    void file(String path, Resource file) throws IOException {
        if (!file.exists()) {
            missing.add(path);
            return;
        }
        try (InputStream in = file.getInputStream()) {
            entry(path, Deflater.BEST_SPEED, in::transferTo);
        }
    }

    void finish(String run) throws IOException {
        json(Entries.MANIFEST, new Manifest(Manifest.FORMAT, Manifest.VERSION, run, List.copyOf(files), List.copyOf(missing)));
        zip.finish();
    }

    private interface Content {
        void to(OutputStream out) throws IOException;
    }

    private void entry(String path, int level, Content content) throws IOException {
        ZipEntry entry = new ZipEntry(path);
        entry.setTimeLocal(NO_TIME);
        zip.setLevel(level);
        zip.putNextEntry(entry);
        DigestOutputStream digest = new DigestOutputStream(zip, Hashes.start());
        content.to(digest);
        zip.closeEntry();
        files.add(new Manifest.File(path, entry.getSize(), HexFormat.of().formatHex(digest.getMessageDigest().digest())));
    }
}
