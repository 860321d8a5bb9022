package dev.kappa.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/** Copies on this machine of what lives elsewhere; the oldest are deleted beyond a number of bytes. */
final class BlobCache {
    private final Path folder;
    private final Path staged;
    private final long mostBytes;

    /** @param folder of this server alone; what was being written there when it ended is deleted */
    BlobCache(Path folder, long mostBytes) throws IOException {
        this.folder = folder.resolve("kept");
        this.staged = folder.resolve("staged");
        this.mostBytes = mostBytes;
        FileSystemUtils.deleteRecursively(staged);
        Files.createDirectories(staged);
        Files.createDirectories(this.folder);
    }

    Path stage() {
        return staged.resolve(UUID.randomUUID().toString());
    }

    /** The copy; null where there is none. */
    Path find(String name) {
        Path path = folder.resolve(name);
        return Files.exists(path) ? path : null;
    }

    Path keep(Path file, String name) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        Files.move(file, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        trim(path);
        return path;
    }

    void delete(String name) throws IOException {
        FileSystemUtils.deleteRecursively(folder.resolve(name));
    }

    /** A file that goes while someone has it open or mapped stays readable there. */
    private synchronized void trim(Path newest) throws IOException {
        record Kept(Path path, long bytes, long time) {}
        List<Kept> files;
        try (Stream<Path> found = Files.walk(folder)) {
            files = found.filter(Files::isRegularFile)
                    .filter(path -> !path.equals(newest))
                    .map(path -> new Kept(path, path.toFile().length(), path.toFile().lastModified()))
                    .sorted(Comparator.comparingLong(Kept::time))
                    .toList();
        }
        long bytes = Files.size(newest) + files.stream().mapToLong(Kept::bytes).sum();
        for (Kept file : files) {
            if (bytes <= mostBytes) {
                return;
            }
            Files.deleteIfExists(file.path());
            bytes -= file.bytes();
        }
    }
}
