package dev.kappa.store;

import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * Artifacts as folders of this machine, to be opened and mapped. Those in a bucket are copied to
 * {@code cache/artifacts/<run>/<artifact>}, whole and as they were written, or not at all.
 */
@Component
public class ArtifactCopies {
    private static final Logger LOG = LoggerFactory.getLogger(ArtifactCopies.class);

    private final Blobs blobs;
    private final Path kept;
    private final Path staged;
    private final ToLongFunction<Path> usableBytes;

    @Autowired
    ArtifactCopies(Blobs blobs, Home home) throws IOException {
        this(blobs, home.directory().resolve("cache"), path -> path.toFile().getUsableSpace());
    }

    /** What was being copied when an earlier server ended is deleted. */
    ArtifactCopies(Blobs blobs, Path cache, ToLongFunction<Path> usableBytes) throws IOException {
        this.blobs = blobs;
        this.kept = cache.resolve("artifacts");
        this.staged = cache.resolve("staged");
        this.usableBytes = usableBytes;
        FileSystemUtils.deleteRecursively(staged);
    }

    /**
     * The folder of an artifact: where the store itself is on this machine, or its copy.
     *
     * @param files what is to be copied; asked for where there is no copy yet
     */
    public Path folder(String run, String artifact, Supplier<List<StoredFile>> files) {
        String name = ArtifactStore.folder(run, artifact);
        return blobs.folder(name).orElseGet(() -> {
            Path copy = kept.resolve(run).resolve(artifact);
            if (!Files.isDirectory(copy)) {
                copy(name, files.get(), copy);
            }
            return copy;
        });
    }

    /** Whether a place is, or would be, that of a copy. */
    public boolean holds(Path place) {
        return place.startsWith(kept);
    }

    /** Deletes copies of all other artifacts. @param artifacts as {@code <run>/<artifact>} */
    public void retain(Set<String> artifacts) {
        if (!Files.isDirectory(kept)) {
            return;
        }
        try (Stream<Path> copies = Files.find(kept, 2, (path, any) -> path.getNameCount() == kept.getNameCount() + 2)) {
            for (Path copy : copies.toList()) {
                if (!artifacts.contains(kept.relativize(copy).toString())) {
                    FileSystemUtils.deleteRecursively(copy);
                }
            }
        } catch (IOException e) {
            LOG.warn("Copies of artifacts that nobody needs stay in '{}': {}", kept, e.toString());
        }
    }

    private void copy(String name, List<StoredFile> files, Path target) {
        Path folder = staged.resolve(UUID.randomUUID().toString());
        try {
            Files.createDirectories(folder);
            requireRoom(name, files);
            for (StoredFile file : files) {
                copy(name + "/" + file.name(), file, folder.resolve(file.name()));
            }
            publish(folder, target);
            LOG.info("{} is copied to '{}'", blobs.place(name), target);
        } catch (IOException e) {
            throw failed("'" + blobs.place(name) + "' cannot be copied to '" + target + "': " + e, e);
        } finally {
            delete(folder);
        }
    }

    private void copy(String name, StoredFile file, Path target) throws IOException {
        try {
            blobs.read(name, target);
        } catch (NoSuchFileException e) {
            throw failed("'" + blobs.place(name) + "' is gone from the store", e);
        }
        String hash = Hashes.sha256(target);
        if (!hash.equals(file.sha256())) {
            throw failed(
                    "'" + blobs.place(name) + "' is not what was written there: its SHA-256 is " + hash + ", and was "
                            + file.sha256(),
                    null);
        }
        CopyTime.set(target);
    }

    private void requireRoom(String name, List<StoredFile> files) {
        long bytes = files.stream().mapToLong(StoredFile::bytes).sum();
        long usable = usableBytes.applyAsLong(staged);
        if (bytes > usable) {
            throw failed(
                    "'" + blobs.place(name) + "' has " + bytes + " bytes; free on the disk of '" + kept + "' are " + usable,
                    null);
        }
    }

    /** Another request may have been faster. */
    private static void publish(Path folder, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        try {
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(target)) {
                throw e;
            }
        }
    }

    private static void delete(Path folder) {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            LOG.warn("'{}' stays until the server starts again: {}", folder, e.toString());
        }
    }

    private static Fault failed(String detail, IOException cause) {
        return Fault.external("fetch_failed", detail, cause);
    }
}
