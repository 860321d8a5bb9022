package dev.kappa.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.core.io.Resource;

/**
 * Named bytes that appear whole or not at all. A name is a path of plain parts, such as
 * {@code tallies/<run>/<file>}; its folder is what stands before its last part. A name of which no file exists gives a
 * {@link java.nio.file.NoSuchFileException}.
 */
interface Blobs {
    /** Where to write a file that is to be published in this folder; it does not exist yet. */
    Path stage(String folder) throws IOException;

    /** Gives a staged file its name, in place of what had it. */
    void publish(Path staged, String name) throws IOException;

    /** Writes a file, and says what is to be known of it. */
    interface Filling<T> {
        T fill(Path file) throws IOException;
    }

    /**
     * Writes a file into a folder, in place of what had its name. Where that fails, nothing is left of it.
     *
     * @param name of the file in its folder, by what was written
     */
    default <T> T put(String folder, Filling<T> filling, Function<T, String> name) throws IOException {
        Path staged = stage(folder);
        try {
            T written = filling.fill(staged);
            publish(staged, folder + "/" + name.apply(written));
            return written;
        } finally {
            Files.deleteIfExists(staged);
        }
    }

    /** A file on this machine with these bytes, to be read or mapped; of names whose bytes never change. */
    Path local(String name) throws IOException;

    /** Deletes a copy that this machine has of what is elsewhere. */
    void forget(String name) throws IOException;

    /** Writes a name's bytes to a new file. */
    void read(String name, Path file) throws IOException;

    /** The folder on this machine with the names of a folder as its files; empty where they are elsewhere. */
    Optional<Path> folder(String name);

    /** To be read from anywhere on; it may not exist. */
    Resource resource(String name);

    /** Gives the same bytes another name. */
    void copy(String from, String to) throws IOException;

    /** The last parts of the names in a folder. */
    List<String> names(String folder) throws IOException;

    /** The folders in a folder, each with when a file came into it last. */
    Map<String, Instant> folders(String folder) throws IOException;

    /** Deletes what was staged below a folder before then and never published. */
    void deleteStaged(String folder, Instant before) throws IOException;

    /** Deletes a name, or a folder with all below it; nothing where there is none. */
    void delete(String name) throws IOException;

    /** Where a name's bytes are, for those who read messages. */
    String place(String name);
}
