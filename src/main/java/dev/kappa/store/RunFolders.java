package dev.kappa.store;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Component;

/** The folders of all runs, {@code tallies/<run>} and {@code artifacts/<run>}, and what was being written there. */
@Component
public class RunFolders {
    private static final String TALLIES = "tallies";
    private static final String ARTIFACTS = "artifacts";
    private static final String OWNER = ".database";

    private final Blobs blobs;

    RunFolders(Blobs blobs) {
        this.blobs = blobs;
    }

    /** Whether the files are those of this database; the first that asks owns them. */
    public boolean belongTo(String database) {
        try {
            Resource owner = blobs.resource(TALLIES + "/" + OWNER);
            if (!owner.exists()) {
                blobs.put(TALLIES, staged -> Files.writeString(staged, database), any -> OWNER);
            }
            return owner.getContentAsString(StandardCharsets.UTF_8).strip().equals(database);
        } catch (IOException e) {
            throw Fault.external("store_unwritable", "'" + blobs.place(TALLIES + "/" + OWNER) + "' cannot be used: " + e, e);
        }
    }

    /** Runs of which no folder has changed since: tallies may have come long before the last artifact. */
    public List<String> runs(Instant before) {
        Map<String, Instant> changed = new TreeMap<>();
        for (String parent : List.of(TALLIES, ARTIFACTS)) {
            try {
                blobs.folders(parent)
                        .forEach((run, time) -> changed.merge(run, time, (one, other) -> one.isAfter(other) ? one : other));
            } catch (IOException e) {
                throw Fault.external("store_unreadable", "'" + blobs.place(parent) + "' cannot be read: " + e, e);
            }
        }
        return changed.entrySet().stream()
                .filter(folder -> folder.getValue().isBefore(before))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Deletes what was begun and never finished. */
    public void deleteStaged(Instant before) {
        try {
            blobs.deleteStaged(TALLIES, before);
            blobs.deleteStaged(ARTIFACTS, before);
        } catch (IOException e) {
            throw Fault.external("store_unwritable", "what was begun cannot be deleted: " + e, e);
        }
    }

    /**
     * Deletes what is in a run's folders beside these.
     *
     * @param tallies names of files
     * @param artifacts names of folders
     * @return what was deleted
     */
    public List<String> retain(String run, Set<String> tallies, Set<String> artifacts) {
        String tallied = TALLIES + "/" + run;
        String left = ARTIFACTS + "/" + run;
        try {
            List<String> others = Stream.concat(
                            blobs.names(tallied).stream().filter(name -> !tallies.contains(name)).map(name -> tallied + "/" + name),
                            blobs.folders(left).keySet().stream()
                                    .filter(name -> !artifacts.contains(name))
                                    .map(name -> left + "/" + name))
                    .toList();
            for (String other : others) {
                blobs.delete(other);
            }
            return others;
        } catch (IOException e) {
            throw Fault.external("store_unwritable", "the files of run '" + run + "' cannot be tidied: " + e, e);
        }
    }

    public void delete(String run) {
        try {
            blobs.delete(TALLIES + "/" + run);
            blobs.delete(ARTIFACTS + "/" + run);
        } catch (IOException e) {
            throw Fault.external("store_unwritable", "the files of run '" + run + "' cannot be deleted: " + e, e);
        }
    }
}
