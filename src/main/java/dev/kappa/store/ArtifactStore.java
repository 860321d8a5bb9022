package dev.kappa.store;

import dev.kappa.experiment.Artifact;
import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** Folders that runs leave behind, {@code artifacts/<run>/<artifact>/}; a folder appears whole or not at all. */
@Component
public class ArtifactStore {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,200}");

    private final Path root;

    ArtifactStore(Home home) {
        this.root = home.folder("artifacts");
    }

    /** Writes an artifact in place of an earlier attempt's. */
    public List<StoredFile> write(String run, Artifact artifact) {
        Path folder = folder(run, artifact.name());
        Path staged = root.resolve(".staged-" + UUID.randomUUID());
        try {
            Files.createDirectories(staged);
            List<StoredFile> files = new ArrayList<>();
            for (var file : new TreeMap<>(artifact.files()).entrySet()) {
                Files.write(staged.resolve(plain(file.getKey())), file.getValue());
                files.add(new StoredFile(file.getKey(), file.getValue().length, Hashes.sha256(file.getValue())));
            }
            Files.createDirectories(folder.getParent());
            FileSystemUtils.deleteRecursively(folder);
            Files.move(staged, folder, StandardCopyOption.ATOMIC_MOVE);
            return files;
        } catch (IOException e) {
            throw Fault.external("store_unwritable", "an artifact cannot be written to '" + root + "': " + e, e);
        } finally {
            deleteQuietly(staged);
        }
    }

    /** Where an artifact's files are. */
    public Path folder(String run, String artifact) {
        return root.resolve(plain(run)).resolve(plain(artifact));
    }

    /** Removes what a run left that came to no conclusion. */
    public void delete(String run) {
        deleteQuietly(root.resolve(plain(run)));
    }

    private static void deleteQuietly(Path tree) {
        try {
            FileSystemUtils.deleteRecursively(tree);
        } catch (IOException e) {
            // Nothing refers to it any more; a stray folder changes no result.
        }
    }

    private static String plain(String name) {
        if (!PLAIN.matcher(name).matches()) {
            throw Fault.internal("bad_name", "'" + name + "' cannot be the name of a file or folder", null);
        }
        return name;
    }
}
