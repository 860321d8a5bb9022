package dev.kappa.store;

import dev.kappa.experiment.Tally;
import dev.kappa.fault.Fault;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import dev.kappa.weights.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Component;

/**
 * Tallies as safetensors files, {@code tallies/<run>/<block>-<hash>.safetensors}. The name carries the hash of
 * the content, so that two workers who measured the same block never write over each other, and equal
 * digits are one file. The run is not named inside: the same digits of another run have the same hash.
 */
@Component
public class TallyStore {
    private final Blobs blobs;

    TallyStore(Blobs blobs) {
        this.blobs = blobs;
    }

    /** Writes a tally whole or not at all. */
    public StoredTally write(String run, int block, Tally tally) {
        Map<String, TensorData> tensors = new TreeMap<>();
        tally.entries().forEach((name, entry) -> tensors.put(name, tensor(entry)));
        return put(run, block, staged -> {
            SafetensorsWriter.write(staged, tensors, Map.of("block", Integer.toString(block)));
            return new StoredTally(Hashes.sha256(staged), Files.size(staged));
        });
    }

    private StoredTally put(String run, int block, Blobs.Filling<StoredTally> filling) {
        try {
            return blobs.put(folder(run), filling, stored -> file(block + "-" + stored.hash()));
        } catch (IOException e) {
            throw Fault.external(
                    "store_unwritable", "a tally cannot be written to '" + blobs.place(folder(run)) + "': " + e, e);
        }
    }

    /** Gives a run the tally of another one, which stays readable whatever becomes of the other. */
    public void share(String from, String to, int block, String hash) {
        try {
            blobs.copy(name(from, block, hash), name(to, block, hash));
        } catch (IOException e) {
            throw Fault.external("tally_missing", "tallies of run '" + from + "' cannot be shared: " + e, e);
        }
    }

    /** Takes a file of this hash as a tally of a run; the file is gone then. */
    public void adopt(String run, int block, String hash, Path file) {
        put(run, block, staged -> new StoredTally(hash, Files.size(Files.move(file, staged))));
    }

    /** Reads a tally and checks that it is what was written. */
    public Tally read(String run, int block, String hash) {
        String name = name(run, block, hash);
        Path path;
        try {
            path = whole(name, hash);
        } catch (IOException e) {
            throw Fault.external("tally_missing", "'" + blobs.place(name) + "' cannot be read: " + e, e);
        }
        Tally tally = new Tally();
        try (TensorFile file = TensorFiles.open(path)) {
            for (TensorInfo info : file.tensors().values()) {
                add(tally, file, info);
            }
        }
        return tally;
    }

    private Path whole(String name, String hash) throws IOException {
        Path path = blobs.local(name);
        if (!Hashes.sha256(path).equals(hash)) {
            // A power cut may have left half a copy on this machine of what the store has whole.
            blobs.forget(name);
            path = blobs.local(name);
            if (!Hashes.sha256(path).equals(hash)) {
                throw Fault.external("tally_changed", "'" + blobs.place(name) + "' is not what was written there", null);
            }
        }
        return path;
    }

    /** Removes all tallies of a run; copies that were shared with others stay. */
    public void delete(String run) {
        try {
            blobs.delete(folder(run));
        } catch (IOException e) {
            throw Fault.external("store_unwritable", "tallies of run '" + run + "' cannot be deleted: " + e, e);
        }
    }

    /** The content of a tally, which may be gone. */
    public Resource resource(String run, int block, String hash) {
        return blobs.resource(name(run, block, hash));
    }

    private static String folder(String run) {
        return "tallies/" + run;
    }

    private static String name(String run, int block, String hash) {
        return folder(run) + "/" + file(block + "-" + hash);
    }

    /** The name of a tally's file in its run's folder. @param tally {@code <block>-<hash>} */
    public static String file(String tally) {
        return tally + ".safetensors";
    }

    private static TensorData tensor(Tally.Entry entry) {
        return entry.f64() != null
                ? TensorData.f64(entry.f64(), entry.shape())
                : TensorData.f32(entry.f32(), entry.shape());
    }

    private static void add(Tally tally, TensorFile file, TensorInfo info) {
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        switch (info.type()) {
            case F64 -> tally.put(info.name(), file.doubles(info.name()), shape);
            case F32 -> tally.put(info.name(), file.floats(info.name()), shape);
            default -> throw Fault.external("tally_changed", "'" + info.name() + "' is neither f64 nor f32", null);
        }
    }
}
