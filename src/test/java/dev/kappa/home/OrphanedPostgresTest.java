package dev.kappa.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanedPostgresTest {
    @TempDir
    Path data;

    @Test
    void aProcessThatIsNotAPostgresOfThisDirectoryIsLeftAlone() throws IOException {
        Process innocent = new ProcessBuilder("sleep", "60").start();
        try {
            Path file = Files.writeString(data.resolve("postmaster.pid"), innocent.pid() + "\n" + data + "\n");
            OrphanedPostgres.stop(data);
            assertThat(innocent.isAlive()).isTrue();
            assertThat(file).doesNotExist();
        } finally {
            innocent.destroyForcibly();
        }
    }

    @Test
    void aBrokenPidFileIsRemoved() throws IOException {
        Path file = Files.writeString(data.resolve("postmaster.pid"), "");
        OrphanedPostgres.stop(data);
        assertThat(file).doesNotExist();
    }
}
