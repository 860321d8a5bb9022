package dev.kappa.run;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
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
    private final RunRows runs;

    RunMeters(MeterRegistry registry, RunRows runs, JdbcClient jdbc) {
        this.registry = registry;
        this.runs = runs;
        Gauge.builder("kappa.queue.depth", () -> count(jdbc, "state = 'QUEUED'"))
                .description("runs that wait for their first block")
                .register(registry);
        Gauge.builder("kappa.runs.active", () -> count(jdbc, "state in ('LOADING', 'RUNNING', 'CONCLUDING', 'CANCELLING')"))
                .description("runs that are being worked on")
                .register(registry);
    }

    private static double count(JdbcClient jdbc, String condition) {
        return jdbc.sql("select count(*) from run where " + condition)
                .query(Double.class)
                .single();
    }

    /** @param outcome {@code done}, {@code retried}, {@code failed}, {@code handed_back} or {@code discarded} */
    void block(String experiment, String outcome) {
        registry.counter("kappa.blocks", "experiment", experiment, "outcome", outcome)
                .increment();
    }

    @TransactionalEventListener(fallbackExecution = true)
    void ended(RunChanged change) {
        if (change.to().isTerminal()) {
            runs.find(change.run()).ifPresent(this::ended);
        }
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
}
