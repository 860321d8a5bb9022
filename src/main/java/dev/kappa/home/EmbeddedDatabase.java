package dev.kappa.home;

import dev.kappa.fault.Fault;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;

/**
 * A Postgres of our own, as a child process on a free loopback port, with its data in {@code postgres/data}
 * of the home. Only the holder of the home's lock may start one.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    static final String USER = "postgres";

    /** Of the database where it is not the embedded one. */
    static final String URL = "spring.datasource.url";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PORT_LINE = 4;

    private final EmbeddedPostgres postgres;

    private EmbeddedDatabase(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    static boolean isConfigured(Environment environment) {
        return environment.getProperty(URL, "embedded").equals("embedded");
    }

    /** @param binaries where the Postgres programs are unpacked */
    static EmbeddedDatabase start(Home home, Path binaries) {
        Path folder = home.folder("postgres");
        Path data = folder.resolve("data");
        OrphanedPostgres.stop(data);
        Path unfinished = folder.resolve("initialising");
        try {
            if (Files.exists(unfinished)) {
                delete(data);
            } else if (Files.notExists(data)) {
                Files.createFile(unfinished);
            }
            Redirect log = Redirect.appendTo(folder.resolve("postgres.log").toFile());
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(Files.createDirectories(binaries).toFile())
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(PATIENCE)
                    .setOutputRedirector(log)
                    .setErrorRedirector(log)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .start();
            Files.deleteIfExists(unfinished);
            return new EmbeddedDatabase(postgres);
        } catch (IOException | IllegalStateException | UncheckedIOException e) {
            throw Fault.external(
                    "database_unavailable",
                    "the embedded Postgres in '" + folder + "' does not start (see postgres.log there): " + e,
                    e);
        }
    }

    String url() {
        return url(Integer.toString(postgres.getPort()));
    }

    /** The address of the one that another process has started in a home; {@code postmaster.pid} has its port. */
    static Optional<String> running(Path home) {
        try {
            List<String> lines = Files.readAllLines(home.resolve("postgres").resolve("data").resolve("postmaster.pid"));
            return lines.size() < PORT_LINE ? Optional.empty() : Optional.of(url(lines.get(PORT_LINE - 1).strip()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String url(String port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> found = Files.walk(tree)) {
                List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.delete(path);
                }
            }
        }
    }
}
