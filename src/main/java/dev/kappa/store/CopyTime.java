package dev.kappa.store;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * When files last changed of which each server has a copy of its own: the same everywhere, as servers that share a
 * database share the fingerprints of files too.
 */
public final class CopyTime {
    private static final FileTime ALWAYS = FileTime.fromMillis(0);

    private CopyTime() {}

    public static void set(Path file) {
        try {
            Files.setLastModifiedTime(file, ALWAYS);
        } catch (IOException e) {
            throw Fault.external("file_unwritable", "the time of '" + file + "' cannot be set: " + e, e);
        }
    }
}
