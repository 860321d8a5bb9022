package dev.kappa.home;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Postgres that outlived a killed server. It is stopped in the orderly way, so that what it had
 * committed is on disk; only one that does not stop is killed, after which it recovers from its log.
 *
 * <p>{@code postmaster.pid} holds the process id in its first line and the data directory in its second.
 */
final class OrphanedPostgres {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanedPostgres.class);
    private static final int PATIENCE_SECONDS = 20;

    private OrphanedPostgres() {}

    /** Stops the Postgres of a data directory whose owner is gone; the caller holds the home's lock. */
    static void stop(Path data) {
        Path file = data.resolve("postmaster.pid");
        if (Files.notExists(file)) {
            return;
        }
        try {
            find(data, Files.readAllLines(file)).ifPresent(OrphanedPostgres::stop);
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw Fault.external("home_unwritable", "'" + file + "' cannot be read: " + e, e);
        }
    }

    private static Optional<ProcessHandle> find(Path data, List<String> lines) {
        if (lines.size() < 2 || !lines.get(0).strip().matches("\\d{1,18}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.get(0).strip())).filter(process -> isPostgresOf(data, process));
    }

    private static boolean isPostgresOf(Path data, ProcessHandle process) {
        ProcessHandle.Info info = process.info();
        boolean postgres = info.command()
                .map(command -> Path.of(command).getFileName().toString())
                .filter(name -> name.equals("postgres") || name.equals("postgres.exe"))
                .isPresent();
        return postgres && List.of(info.arguments().orElse(new String[0])).contains(data.toString());
    }

    private static void stop(ProcessHandle process) {
        LOG.info("Stopping the Postgres (process {}) that a killed server left behind", process.pid());
        process.destroy();
        try {
            process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
            process.onExit().join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Fault.internal("interrupted", "interrupted while an old Postgres stopped", e);
        }
    }
}
