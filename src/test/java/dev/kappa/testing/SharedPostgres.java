package dev.kappa.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Postgres for several servers, which a test can stop and start. */
final class SharedPostgres implements AutoCloseable {
    private final Path data;
    private EmbeddedPostgres postgres;

    SharedPostgres() {
        try {
            data = Files.createDirectories(TestHomes.fresh()).resolve("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        postgres = start(0);
    }

    private EmbeddedPostgres start(int port) {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(Path.of("target", "postgres-binaries").toFile())
                    .setServerConfig("max_connections", "200");
            return (port == 0 ? builder : builder.setPort(port)).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As an operator would: sessions are ended, what was committed stays. */
    void stop() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void startAgain() {
        postgres = start(postgres.getPort());
    }

    EmbeddedPostgres postgres() {
        return postgres;
    }

    List<String> arguments() {
        return List.of(
                "--spring.datasource.url=jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres",
                "--spring.datasource.username=postgres",
                "--spring.datasource.password=postgres");
    }

    @Override
    public void close() {
        stop();
    }
}
