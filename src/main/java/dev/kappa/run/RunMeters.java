package dev.kappa.run;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/** Numbers for Prometheus, never with a run's id as a tag; and a line in the log for each run that ends. */
@Component
class RunMeters {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

    private final MeterRegistry registry;
    private final Tracer tracer;
    private final RunRows runs;
    private final JdbcClient jdbc;
    private final Counter leasesLost;
    private final Counter resumes;

    RunMeters(MeterRegistry registry, Tracer tracer, RunRows runs, JdbcClient jdbc) {
        this.registry = registry;
        this.tracer = tracer;
        this.runs = runs;
        this.jdbc = jdbc;
        this.leasesLost = Counter.builder("kappa.leases.lost")
                .description("Blocks whose worker was gone while it measured them")
                .register(registry);
        this.resumes = Counter.builder("kappa.resumes")
                .description("Blocks that were taken up again after an attempt that did not end them")
                .register(registry);
        Gauge.builder("kappa.queue.depth", () -> count("state = 'QUEUED'"))
                .description("Runs that wait for their first block")
                .register(registry);
        Gauge.builder("kappa.runs.active", () -> count("state in ('LOADING', 'RUNNING', 'CONCLUDING', 'CANCELLING')"))
                .description("Runs that are being worked on")
                .register(registry);
    }

    private double count(String condition) {
        return jdbc.sql("select count(*) from run where " + condition)
                .query(Double.class)
                .single();
    }

    /** @param outcome {@code done}, {@code retried}, {@code failed}, {@code handed_back} or {@code discarded} */
    void block(String experiment, String outcome) {
        registry.counter("kappa.blocks", "experiment", experiment, "outcome", outcome)
                .increment();
        Span span = tracer.currentSpan();
        if (span != null) {
            span.tag("experiment", experiment).tag("outcome", outcome);
        }
    }

    /** A block was claimed that is marked as being measured. */
    void leaseLost() {
        leasesLost.increment();
    }

    /** A block was claimed that had been claimed before. */
    void resumed() {
        resumes.increment();
    }

    @TransactionalEventListener(fallbackExecution = true)
    void changed(RunChanged change) {
        if (change.from() == RunState.QUEUED && change.to() == RunState.LOADING) {
            runs.find(change.run()).ifPresent(this::started);
        }
        if (change.from() == RunState.CANCELLING) {
            cancelled(change.run());
        }
        if (change.to().isTerminal()) {
            runs.find(change.run()).ifPresent(this::ended);
        }
    }

    private void started(Run run) {
        run.startedAt().ifPresent(start -> Timer.builder("kappa.queue.wait")
                .description("From the request to the claim of the first block")
                .tag("experiment", run.experiment())
                .serviceLevelObjectives(seconds(0.1, 0.3, 1, 3, 10, 30, 60, 300, 1_800, 7_200))
                .register(registry)
                .record(Duration.between(run.createdAt(), start)));
    }

    private void cancelled(String run) {
        jdbc.sql("select cancel_requested_at, finished_at from run where id = :run and cancel_requested_at is not null")
                .param("run", run)
                .query((row, number) -> Duration.between(
                        row.getTimestamp(1).toInstant(), row.getTimestamp(2).toInstant()))
                .optional()
                .ifPresent(latency -> Timer.builder("kappa.cancel")
                        .description("From the request to cancel a run that is worked on until no device works on it")
                        .serviceLevelObjectives(seconds(0.03, 0.1, 0.3, 1, 3, 10, 30, 120))
                        .register(registry)
                        .record(latency));
    }

    private void ended(Run run) {
        Instant start = run.startedAt().orElse(run.createdAt());
        Duration duration = Duration.between(start, run.finishedAt().orElse(start));
        registry.timer("kappa.run", "experiment", run.experiment(), "outcome", run.state().name().toLowerCase(Locale.ROOT))
                .record(duration);
        LOG.info(
                "Run {} ({}) {} after {} ms{}",
                run.id(),
                run.experiment(),
                run.state(),
                duration.toMillis(),
                run.detail().map(detail -> ": " + detail).orElse(""));
    }

    private static Duration[] seconds(double... seconds) {
        return DoubleStream.of(seconds)
                .mapToObj(value -> Duration.ofMillis(Math.round(1_000 * value)))
                .toArray(Duration[]::new);
    }
}
