package dev.kappa.store;

import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** The folders of all runs, {@code tallies/<run>} and {@code artifacts/<run>}, and what was being written there. */
@Component
public class RunFolders {
    private static final String STAGED = ".staged-";

    private final Path tallies;
    private final Path artifacts;

    RunFolders(Home home) {
        this.tallies = home.folder("tallies");
        this.artifacts = home.folder("artifacts");
    }

    /** Whether the files are those of this database; the first that asks owns them. */
    public boolean belongTo(String database) {
        Path owner = tallies.resolve(".database");
        try {
            if (Files.notExists(owner)) {
                Files.writeString(owner, database);
            }
            return Files.readString(owner).strip().equals(database);
        } catch (IOException e) {
            throw Fault.external("store_unwritable", "'" + owner + "' cannot be used: " + e, e);
        }
    }

    /** Runs whose folders have not changed since. */
    public List<String> runs(Instant before) {
        return Stream.of(tallies, artifacts)
                .flatMap(root -> list(root).stream())
                .filter(Files::isDirectory)
                .filter(folder -> !name(folder).startsWith("."))
                .filter(folder -> isOlder(folder, before))
                .map(RunFolders::name)
                .distinct()
                .toList();
    }

    /** Deletes what was begun and never finished. */
    public void deleteStaged(Instant before) {
        Stream.of(List.of(artifacts), list(tallies))
                .flatMap(List::stream)
                .filter(Files::isDirectory)
                .flatMap(folder -> list(folder).stream())
                .filter(path -> name(path).startsWith(STAGED) && isOlder(path, before))
                .forEach(RunFolders::delete);
    }

    public void delete(String run) {
        delete(tallies.resolve(run));
        delete(artifacts.resolve(run));
    }

    private static void delete(Path tree) {
        try {
            FileSystemUtils.deleteRecursively(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> found = Files.list(folder)) {
            return found.toList();
        } catch (NoSuchFileException e) {
            // Another server was quicker.
            return List.of();
        } catch (IOException e) {
            throw Fault.external("store_unreadable", "'" + folder + "' cannot be read: " + e, e);
        }
    }

    private static boolean isOlder(Path path, Instant before) {
        try {
            return Files.getLastModifiedTime(path).toInstant().isBefore(before);
        } catch (IOException e) {
            return false;
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
