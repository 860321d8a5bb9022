package dev.kappa.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Holds {@link CountingExperiment}s that name its file until it is opened; closing it opens it. */
public final class Gate implements AutoCloseable {
    private final Path file;

    private Gate(Path file) {
        this.file = file;
    }

    public static Gate shut() {
        try {
            return new Gate(Files.createDirectories(TestHomes.fresh()).resolve("gate"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void open() {
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException e) {
            // It was open.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request for a run whose blocks wait at the gate. */
    public String body() {
        return "{\"experiment\": \"counting\", \"parameters\": {\"gate\": \"" + file + "\"}}";
    }

    @Override
    public void close() {
        open();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
