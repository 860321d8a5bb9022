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
            Path root = Files.createDirectories(Path.of("target", "test-homes"));
            return Files.createTempDirectory(root, "home-").resolve("kappa").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
