package dev.kappa.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Several servers, each a process with a home of its own, on one Postgres, with one folder of tallies and one of
 * artifacts, where the arguments name no other store. Their lease is six beats of two seconds, where the arguments say nothing else.
 */
public final class Cluster implements AutoCloseable {
    public static final int HEARTBEAT_MILLIS = 2_000;
    private static final String HEARTBEAT = "--db-scheduler.heartbeat-interval=";

    private final SharedPostgres postgres = new SharedPostgres();
    private final Path homes;
    private final List<String> arguments;
    private final Map<String, KappaProcess> nodes = new TreeMap<>();

    /** @param arguments of every server */
    public Cluster(String... arguments) {
        this.arguments = List.of(arguments);
        try {
            homes = Files.createDirectories(TestHomes.fresh());
            for (String shared : List.of("tallies", "artifacts")) {
                Files.createDirectories(homes.resolve("shared").resolve(shared));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server of this name, started where it does not run. */
    public KappaProcess node(String name, String... more) {
        return nodes.compute(name, (any, running) -> {
            if (running != null && running.isAlive()) {
                return running;
            }
            return KappaProcess.start(home(name), arguments(more));
        });
    }

    /** The same as it is shipped: it does not know {@link CountingExperiment}. */
    public KappaProcess plainNode(String name) {
        return nodes.computeIfAbsent(name, any -> KappaProcess.startPlain(home(name), arguments()));
    }

    private String[] arguments(String... more) {
        List<String> all = new ArrayList<>(postgres.arguments());
        all.add("--kappa.engine.retry-delay=50ms");
        if (arguments.stream().noneMatch(argument -> argument.startsWith(HEARTBEAT))) {
            all.add(HEARTBEAT + HEARTBEAT_MILLIS + "ms");
        }
        all.addAll(arguments);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private boolean hasStore() {
        return arguments.stream().anyMatch(argument -> argument.startsWith("--kappa.store="));
    }

    /** The home of a server, which may not have been started. */
    public Path home(String name) {
        Path home = homes.resolve(name);
        try {
            if (Files.notExists(home)) {
                Files.createDirectories(home);
                for (String shared : hasStore() ? List.<String>of() : List.of("tallies", "artifacts")) {
                    Files.createSymbolicLink(home.resolve(shared), homes.resolve("shared").resolve(shared));
                }
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server that the engine says works on the only block of a run. */
    public String holder(String run) {
        String worker = jdbc().sql("select picked_by from scheduled_tasks where task_instance = :block and picked")
                .param("block", run + "/0")
                .query(String.class)
                .single();
        return nodes.keySet().stream()
                .filter(name -> worker.contains("-" + id(name) + "-"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("none of " + nodes.keySet() + " is " + worker));
    }

    private String id(String name) {
        try {
            return Files.readString(homes.resolve(name).resolve("id"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where all servers keep tallies. */
    public Path tallies() {
        return homes.resolve("shared").resolve("tallies");
    }

    /** Where all servers keep artifacts. */
    public Path artifacts() {
        return homes.resolve("shared").resolve("artifacts");
    }

    public void stopPostgres() {
        postgres.stop();
    }

    public void startPostgres() {
        postgres.startAgain();
    }

    /** The database, for what HTTP does not show. */
    public JdbcClient jdbc() {
        return JdbcClient.create(postgres.postgres().getPostgresDatabase());
    }

    @Override
    public void close() {
        nodes.values().forEach(KappaProcess::terminate);
        nodes.values().forEach(KappaProcess::close);
        postgres.close();
    }
}
