package dev.kappa.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Homes for servers under test. */
public final class TestHomes {
    private TestHomes() {}

    /** A home that did not exist before. */
    public static Path fresh() {
        try {
            return Files.createTempDirectory(folder(), "home-").resolve("kappa").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder of all homes, and of what servers print. */
    static Path folder() throws IOException {
        return Files.createDirectories(Path.of("target", "test-homes"));
    }
}
