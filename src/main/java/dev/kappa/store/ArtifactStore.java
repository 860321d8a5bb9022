package dev.kappa.store;

import dev.kappa.experiment.Artifact;
import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Component;

/**
 * Files that runs leave behind, {@code artifacts/<run>/<artifact>/<file>}. The row that names an artifact is written after
 * the last of its files.
 */
@Component
public class ArtifactStore {
    /** What an artifact, a table or a figure, and a file of one, may be called: no such name leaves a folder. */
    public static final String PLAIN_NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,200}";

    private static final Pattern PLAIN = Pattern.compile(PLAIN_NAME);

    private final Blobs blobs;

    ArtifactStore(Blobs blobs) {
        this.blobs = blobs;
    }

    /** Writes an artifact in place of an earlier attempt's. */
    public List<StoredFile> write(String run, Artifact artifact) {
        String folder = folder(run, artifact.name());
        artifact.files().keySet().forEach(ArtifactStore::plain);
        List<StoredFile> written = new ArrayList<>();
        try {
            for (var file : new TreeMap<>(artifact.files()).entrySet()) {
                blobs.put(folder, staged -> Files.write(staged, file.getValue()), any -> file.getKey());
                written.add(new StoredFile(file.getKey(), file.getValue().length, Hashes.sha256(file.getValue())));
            }
            for (String name : blobs.names(folder)) {
                if (!artifact.files().containsKey(name)) {
                    blobs.delete(folder + "/" + name);
                }
            }
            return written;
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /** The content of a file, which may be gone. */
    public Resource resource(String run, String artifact, String file) {
        return blobs.resource(folder(run, artifact) + "/" + plain(file));
    }

    /** Takes files by their names as an artifact of a run; the files are gone then. */
    public void adopt(String run, String artifact, Map<String, Path> files) {
        String folder = folder(run, artifact);
        try {
            for (var file : files.entrySet()) {
                blobs.put(folder, staged -> Files.move(file.getValue(), staged), any -> plain(file.getKey()));
            }
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    private Fault unwritable(String folder, IOException e) {
        return Fault.external(
                "store_unwritable", "an artifact cannot be written to '" + blobs.place(folder) + "': " + e, e);
    }

    /** Removes what a run left that came to no conclusion. */
    public void delete(String run) {
        try {
            blobs.delete(folder(run));
        } catch (IOException e) {
            // Nothing refers to it any more; a stray folder changes no result.
        }
    }

    static String folder(String run, String artifact) {
        return folder(run) + "/" + plain(artifact);
    }

    private static String folder(String run) {
        return "artifacts/" + plain(run);
    }

    private static String plain(String name) {
        if (!PLAIN.matcher(name).matches()) {
            throw Fault.internal("bad_name", "'" + name + "' cannot be the name of a file or folder", null);
        }
        return name;
    }
}
