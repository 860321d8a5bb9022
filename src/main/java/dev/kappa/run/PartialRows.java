package dev.kappa.run;

import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;

/** Partial findings in the database: one row of a run, which servers take in turn. */
@Component
class PartialRows {
    /** After so long a server that has taken them upon itself is thought dead. */
    private static final double PATIENCE_SECONDS = 120;

    private final JdbcClient jdbc;
    private final RunStates states;
    private final EventLog events;

    PartialRows(JdbcClient jdbc, RunStates states, EventLog events) {
        this.jdbc = jdbc;
        this.states = states;
        this.events = events;
    }

    /** Takes upon itself to draw them up; false where they are not due, or another server does. */
    boolean claim(String run) {
        return jdbc.sql(
                                """
                                insert into partial_findings (run_id, due_at)
                                values (:run, clock_timestamp() + make_interval(secs => :patience))
                                on conflict (run_id) do update set due_at = excluded.due_at
                                where partial_findings.due_at <= clock_timestamp()""")
                        .param("run", run)
                        .param("patience", PATIENCE_SECONDS)
                        .update()
                == 1;
    }

    /** How long until they are due; zero where they are. */
    Duration untilDue(String run) {
        return jdbc.sql("select extract(epoch from due_at - clock_timestamp())::double precision"
                        + " from partial_findings where run_id = :run")
                .param("run", run)
                .query(Double.class)
                .optional()
                .map(seconds -> Duration.ofMillis((long) Math.ceil(1000 * Math.max(0, seconds))))
                .orElse(Duration.ZERO);
    }

    /** Gives up the claim; they are due again after a rest. */
    void release(String run, Duration rest) {
        jdbc.sql("update partial_findings set due_at = clock_timestamp() + make_interval(secs => :rest)"
                        + " where run_id = :run")
                .param("rest", rest.toMillis() / 1000.0)
                .param("run", run)
                .update();
    }

    /** Writes what so many blocks say, unless more blocks have spoken or the run has none left to measure. */
    @Transactional
    public void write(String run, int blocks, int of, Findings findings) {
        if (states.lock(run) != RunState.RUNNING) {
            return;
        }
        int written = jdbc.sql("update partial_findings set blocks = :blocks, metrics = :metrics, figures = :figures"
                        + " where run_id = :run and blocks < :blocks")
                .param("blocks", blocks)
                .param("metrics", Json.write(findings.metrics().stream().map(PartialRows::flagged).toList()))
                .param("figures", Json.write(findings.figures()))
                .param("run", run)
                .update();
        if (written == 1) {
            events.partial(run, blocks, of);
        }
    }

    private static Metric flagged(Metric metric) {
        List<String> flags = new ArrayList<>(List.of(Partial.FLAG));
        flags.addAll(metric.flags());
        return new Metric(
                metric.name(), metric.version(), metric.value(), metric.unit(), metric.dimensions(), metric.interval(),
                metric.n(), flags);
    }

    Optional<Partial> find(String run) {
        return jdbc.sql("select blocks, metrics, figures from partial_findings where run_id = :run and blocks > 0")
                .param("run", run)
                .query((row, number) -> new Partial(
                        row.getInt("blocks"),
                        Json.read(row.getString("metrics"), new TypeReference<>() {}),
                        Json.read(row.getString("figures"), new TypeReference<>() {})))
                .optional();
    }

    /** How many blocks they rest on; 0 where there are none. */
    int blocks(String run) {
        return jdbc.sql("select blocks from partial_findings where run_id = :run")
                .param("run", run)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    void delete(String run) {
        jdbc.sql("delete from partial_findings where run_id = :run").param("run", run).update();
    }
}
