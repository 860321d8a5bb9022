package dev.kappa.run;

import dev.kappa.experiment.Findings;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads all that the database has of a run, and writes what another server's database had. */
@Service
public class RunDocuments {
    private static final int EVENTS_AT_ONCE = 1_000;

    private final JdbcClient jdbc;
    private final RunRows runs;
    private final FindingRows findings;
    private final EventLog events;

    RunDocuments(JdbcClient jdbc, RunRows runs, FindingRows findings, EventLog events) {
        this.jdbc = jdbc;
        this.runs = runs;
        this.findings = findings;
        this.events = events;
    }

    /** Of a run that has ended; what has not changes while it is read. */
    public RunDocument read(Run run) {
        if (!run.state().isTerminal()) {
            throw new Conflict(
                    "run_not_ended", "run '" + run.id() + "' is " + run.state() + "; only runs that have ended are exported");
        }
        return new RunDocument(
                run,
                findings.metrics(run.id()),
                findings.allTables(run.id()),
                findings.allFigures(run.id()),
                findings.artifacts(run.id()),
                runs.blocks(run.id()),
                events(run.id()));
    }

    private List<RunEvent> events(String run) {
        List<RunEvent> all = new ArrayList<>();
        List<RunEvent> next = events.after(run, 0, EVENTS_AT_ONCE);
        while (!next.isEmpty()) {
            all.addAll(next);
            next = events.after(run, all.get(all.size() - 1).seq(), EVENTS_AT_ONCE);
        }
        return all;
    }

    /**
     * Writes a run that is not executed here, and whose files are stored; false, and nothing written, where there is one
     * of this id.
     */
    @Transactional
    public boolean write(RunDocument document) {
        if (!insert(document)) {
            return false;
        }
        String run = document.run().id();
        document.blocks().forEach(block -> insert(run, block));
        findings.write(
                run,
                new Findings(document.metrics(), document.tables(), document.figures(), List.of()),
                document.artifacts());
        document.events().forEach(event -> jdbc.sql(
                        "insert into run_event (run_id, seq, type, data) values (:run, :seq, :type, :data)")
                .param("run", run)
                .param("seq", event.seq())
                .param("type", event.type())
                .param("data", event.data())
                .update());
        return true;
    }

    private boolean insert(RunDocument document) {
        Run run = document.run();
        return jdbc.sql(
                                """
                                insert into run (id, experiment, parameters, seed, blocks, sequential, activation_bytes,
                                    flops, priority, labels, shapes, provenance, model, origin, parent, verification, state,
                                    state_reason, code, detail, event_seq, created_at, started_at, finished_at,
                                    deadline_at, tallies_expired_at, artifacts_expired_at, imported_at)
                                values (:id, :experiment, :parameters, :seed, :blocks, :sequential, :activationBytes,
                                    :flops, :priority, cast(:labels as jsonb), :shapes, :provenance,
                                    cast(:parameters as json) ->> 'model', 'IMPORTED', (select id from run where id = :parent),
                                    :verification, :state, :reason, :code, :detail, :seq, :created, :started, :finished,
                                    :deadline, :talliesExpired, :artifactsExpired, clock_timestamp())
                                on conflict (id) do nothing""")
                        .param("id", run.id())
                        .param("experiment", run.experiment())
                        .param("parameters", run.parameters())
                        .param("seed", run.seed())
                        .param("blocks", run.blocks())
                        .param("sequential", run.sequential())
                        .param("activationBytes", run.activationBytes())
                        .param("flops", run.flops())
                        .param("priority", run.priority())
                        .param("labels", Json.write(run.labels()))
                        .param("shapes", run.shapes())
                        .param("provenance", run.provenance())
                        .param("parent", run.parent().orElse(null))
                        .param("verification", run.verification().orElse(null))
                        .param("state", run.state().name())
                        .param("reason", run.reason().map(Enum::name).orElse(null))
                        .param("code", run.code().orElse(null))
                        .param("detail", run.detail().orElse(null))
                        .param("seq", (long) document.events().size())
                        .param("created", time(Optional.of(run.createdAt())))
                        .param("started", time(run.startedAt()))
                        .param("finished", time(run.finishedAt()))
                        .param("deadline", time(run.deadlineAt()))
                        .param("talliesExpired", time(run.talliesExpiredAt()))
                        .param("artifactsExpired", time(run.artifactsExpiredAt()))
                        .update()
                == 1;
    }

    private void insert(String run, BlockInfo block) {
        jdbc.sql(
                        """
                        insert into block (run_id, index, state, attempt, failures, progress, device, software, started_at,
                            finished_at, tally_hash, tally_bytes, error)
                        values (:run, :index, :state, :attempt, :failures, :progress, :device, :software, :started,
                            :finished, :hash, :bytes, :error)""")
                .param("run", run)
                .param("index", block.index())
                .param("state", block.state().name())
                .param("attempt", block.attempt())
                .param("failures", block.failures())
                .param("progress", block.progress())
                .param("device", block.device().orElse(null))
                .param("software", block.software().map(Json::write).orElse(null))
                .param("started", time(block.startedAt()))
                .param("finished", time(block.finishedAt()))
                .param("hash", block.tallyHash().orElse(null))
                .param("bytes", block.tallyBytes().orElse(null))
                .param("error", block.error().orElse(null))
                .update();
    }

    private static Object time(Optional<Instant> instant) {
        return instant.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null);
    }
}
