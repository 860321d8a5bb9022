package dev.kappa.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.util.FileSystemUtils;

/** Files below a directory, which many machines may mount. */
final class FolderBlobs implements Blobs {
    private static final String STAGED = ".staged-";

    private final Path root;

    FolderBlobs(Path root) {
        this.root = root;
    }

    /** Beside what it will become: folders of the directory may be mounts of their own. */
    @Override
    public Path stage(String folder) throws IOException {
        return Files.createDirectories(root.resolve(folder)).resolve(STAGED + UUID.randomUUID());
    }

    @Override
    public void publish(Path staged, String name) throws IOException {
        Path path = root.resolve(name);
        Files.createDirectories(path.getParent());
        Files.move(staged, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public Path local(String name) throws IOException {
        Path path = root.resolve(name);
        if (Files.notExists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        return path;
    }

    @Override
    public void forget(String name) {}

    @Override
    public void read(String name, Path file) throws IOException {
        Files.copy(root.resolve(name), file);
    }

    @Override
    public Optional<Path> folder(String name) {
        return Optional.of(root.resolve(name));
    }

    @Override
    public Resource resource(String name) {
        return new FileSystemResource(root.resolve(name));
    }

    @Override
    public void copy(String from, String to) throws IOException {
        Path path = root.resolve(to);
        Files.createDirectories(path.getParent());
        try {
            Files.createLink(path, root.resolve(from));
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(root.resolve(from), path, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public List<String> names(String folder) throws IOException {
        try (Stream<Path> found = Files.list(root.resolve(folder))) {
            return found.map(path -> path.getFileName().toString())
                    .filter(name -> !name.startsWith(STAGED))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    @Override
    public Map<String, Instant> folders(String folder) throws IOException {
        Map<String, Instant> found = new TreeMap<>();
        for (String name : names(folder)) {
            Path path = root.resolve(folder).resolve(name);
            if (!name.startsWith(".") && Files.isDirectory(path)) {
                found.put(name, Instant.ofEpochMilli(path.toFile().lastModified()));
            }
        }
        return found;
    }

    @Override
    public void deleteStaged(String folder, Instant before) throws IOException {
        Path top = root.resolve(folder);
        if (Files.notExists(top)) {
            return;
        }
        List<Path> staged;
        try (Stream<Path> found = Files.walk(top)) {
            staged = found.filter(path -> path.getFileName().toString().startsWith(STAGED))
                    .filter(path -> path.toFile().lastModified() < before.toEpochMilli())
                    .toList();
        } catch (UncheckedIOException e) {
            // Another server deletes there as well; what is left is found the next time.
            return;
        }
        for (Path path : staged) {
            FileSystemUtils.deleteRecursively(path);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        FileSystemUtils.deleteRecursively(root.resolve(name));
    }

    @Override
    public String place(String name) {
        return root.resolve(name).toString();
    }
}
