package dev.kappa.catalog;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * What some files hold.
 *
 * @param hash of a single file its SHA-256; of several the SHA-256 of the lines that {@code sha256sum} prints for
 *     them in the order of their names relative to their folder, so that anyone can check it by hand
 * @param bytes of all
 */
record Contents(String hash, long bytes) {
    private static final int CHUNK = 1 << 20;

    /** Reads files that lie in a folder. */
    static Contents of(Path folder, Collection<Path> files) {
        List<Path> ordered = ordered(folder, files);
        try {
            long bytes = 0;
            StringBuilder lines = new StringBuilder();
            String last = "";
            for (Path file : ordered) {
                last = sha256(file);
                bytes += Files.size(file);
                lines.append(last).append("  ").append(name(folder, file)).append('\n');
            }
            String hash = ordered.size() == 1 ? last : sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
            return new Contents(hash, bytes);
        } catch (IOException e) {
            throw Fault.external("file_unreadable", "'" + folder + "' cannot be read: " + e, e);
        }
    }

    /** Of names, sizes and times of change: cheap to take again. */
    static String fingerprint(Path folder, Collection<Path> files) {
        StringBuilder lines = new StringBuilder();
        try {
            for (Path file : ordered(folder, files)) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                lines.append(name(folder, file))
                        .append(' ')
                        .append(attributes.size())
                        .append(' ')
                        .append(attributes.lastModifiedTime().toMillis())
                        .append('\n');
            }
        } catch (IOException e) {
            throw Fault.external("file_unreadable", "'" + folder + "' cannot be read: " + e, e);
        }
        return sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw Fault.internal("no_sha256", "this Java runtime has no SHA-256", e);
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = digest();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> ordered(Path folder, Collection<Path> files) {
        return files.stream()
                .sorted((left, right) -> name(folder, left).compareTo(name(folder, right)))
                .toList();
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }
}
