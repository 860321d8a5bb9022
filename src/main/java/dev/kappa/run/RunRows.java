package dev.kappa.run;

import dev.kappa.fault.Fault;
import dev.kappa.run.Kind.Accepted;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Makes and reads rows of runs; their state is written by {@link RunStates} alone. */
@Component
class RunRows {
    /** The lock that submissions pass one after the other. */
    private static final long ADMISSION = 0x6b61707061L;

    private final JdbcClient jdbc;
    private final Tasks tasks;
    private final EventLog events;
    private final NamedWork named;
    private final EngineSettings settings;
    private final KeyQuota quota;
    private final RunIds ids = new RunIds(Clock.systemUTC());

    RunRows(JdbcClient jdbc, Tasks tasks, EventLog events, NamedWork named, EngineSettings settings, KeyQuota quota) {
        this.jdbc = jdbc;
        this.tasks = tasks;
        this.events = events;
        this.named = named;
        this.settings = settings;
        this.quota = quota;
    }

    /**
     * Run, blocks and tasks, or none of them. A resources fault {@code queue_full} where as many runs wait as may:
     * submissions of all servers pass one lock, so that the count in the INSERT is that of its moment.
     *
     * @param verified the run that is measured again, where one is
     */
    @Transactional
    public Run create(
            Submission submission, Accepted accepted, int blocks, Map<String, String> provenance, Optional<Run> verified) {
        jdbc.sql("select pg_advisory_xact_lock(:lock)")
                .param("lock", ADMISSION)
                .query((row, number) -> true)
                .single();
        String id = ids.next();
        Run run = jdbc.sql(
                        """
                        insert into run (id, experiment, parameters, seed, blocks, sequential, activation_bytes, flops,
                            priority, labels, shapes, provenance, model, origin, parent, key_id, traceparent, state,
                            deadline_at)
                        select :id, :experiment, :parameters, :seed, :blocks, :sequential, :activationBytes, :flops,
                            :priority, cast(:labels as jsonb), :shapes, :provenance, :model, :origin, :parent, :key,
                            :traceparent, 'QUEUED',
                            now() + make_interval(secs => cast(:deadline as double precision))
                        where (select count(*) from run where state = 'QUEUED') < :limit
                        returning *""")
                .param("limit", settings.queueLimit())
                .param("deadline", submission.deadlineSeconds())
                .param("id", id)
                .param("experiment", submission.experiment())
                .param("parameters", accepted.parameters())
                .param("seed", submission.seed())
                .param("blocks", blocks)
                .param("sequential", accepted.plan().sequential())
                .param("activationBytes", accepted.plan().activationBytes())
                .param("flops", accepted.plan().flops())
                .param("priority", submission.priority())
                .param("labels", Json.write(submission.labels()))
                .param("shapes", Json.write(accepted.shapes()))
                .param("provenance", Json.write(provenance))
                .param("model", accepted.needs().model().orElse(null))
                .param("origin", (verified.isPresent() ? Origin.VERIFICATION : Origin.SUBMITTED).name())
                .param("parent", verified.map(Run::id).orElse(null))
                .param("key", quota.take().orElse(null))
                .param("traceparent", named.traceparent())
                .query(RunRows::run)
                .optional()
                .orElseThrow(this::full);
        jdbc.sql("insert into block (run_id, index, state) select :id, i, 'WAITING' from generate_series(0, :last) i")
                .param("id", id)
                .param("last", blocks - 1)
                .update();
        events.state(id);
        tasks.blocks(run, 0, run.sequential() ? 1 : blocks);
        return run;
    }

    private Fault full() {
        return Fault.resources(
                "queue_full",
                settings.queueLimit() + " runs wait for their first block, as many as may (kappa.engine.queue-limit);"
                        + " try again when some have begun");
    }

    /** A run that is measured already, by its parent, and has only to be concluded. */
    @Transactional
    public Run createChild(String id, Run parent, String parameters, Map<String, String> labels) {
        Run run = jdbc.sql(
                        """
                        insert into run (id, experiment, parameters, seed, blocks, sequential, activation_bytes, flops,
                            priority, labels, shapes, provenance, model, origin, parent, key_id, traceparent, state,
                            started_at)
                        select :id, experiment, :parameters, seed, blocks, sequential, 0, 0,
                            priority, cast(:labels as jsonb), shapes, provenance, model, 'REANALYSIS', id, :key, :traceparent,
                            'CONCLUDING', clock_timestamp()
                        from run where id = :parent
                        returning *""")
                .param("id", id)
                .param("parent", parent.id())
                .param("parameters", parameters)
                .param("labels", Json.write(labels))
                .param("key", quota.take().orElse(null))
                .param("traceparent", named.traceparent())
                .query(RunRows::run)
                .single();
        jdbc.sql(
                        """
                        insert into block (run_id, index, state, progress, device, software, tally_hash, tally_bytes)
                        select :id, index, state, progress, device, software, tally_hash, tally_bytes
                        from block where run_id = :parent""")
                .param("id", id)
                .param("parent", parent.id())
                .update();
        events.state(id);
        tasks.conclude(id);
        return run;
    }

    Optional<Instant> expiredAt(String id) {
        return jdbc.sql("select expired_at from expired_run where id = :id")
                .param("id", id)
                .query((row, number) -> row.getTimestamp(1).toInstant())
                .optional();
    }

    String nextId() {
        return ids.next();
    }

    Optional<Run> find(String id) {
        return jdbc.sql("select * from run where id = :id")
                .param("id", id)
                .query(RunRows::run)
                .optional();
    }

    /** Newest first, older than {@code before} where it is given. */
    List<Run> list(int limit, Optional<String> before, RunFilter filter) {
        // Only conditions that are asked for, so that each finds its index.
        Map<String, Object> conditions = new LinkedHashMap<>(filter.conditions());
        before.ifPresent(id -> conditions.put("id < ?", id));
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions.keySet());
        return jdbc.sql("select * from run" + where + " order by id desc limit ?")
                .params(List.copyOf(conditions.values()))
                .param(limit)
                .query(RunRows::run)
                .list();
    }

    /** Runs that measure this one again, newest first. */
    List<Run> verifications(String run) {
        return jdbc.sql("select * from run where parent = :run and origin = 'VERIFICATION' order by id desc")
                .param("run", run)
                .query(RunRows::run)
                .list();
    }

    /** Every run that has not ended, oldest first. */
    List<Run> unfinished() {
        return jdbc.sql("select * from run where state not in ('SUCCEEDED', 'FAILED', 'CANCELLED') order by id")
                .query(RunRows::run)
                .list();
    }

    List<BlockInfo> blocks(String run) {
        return jdbc.sql("select * from block where run_id = :run order by index")
                .param("run", run)
                .query(RunRows::block)
                .list();
    }

    static Run run(ResultSet row, int number) throws SQLException {
        return new Run(
                row.getString("id"),
                row.getString("experiment"),
                row.getString("parameters"),
                row.getLong("seed"),
                row.getInt("blocks"),
                row.getBoolean("sequential"),
                row.getLong("activation_bytes"),
                row.getDouble("flops"),
                row.getInt("priority"),
                Json.strings(row.getString("labels")),
                row.getString("shapes"),
                row.getString("provenance"),
                Origin.valueOf(row.getString("origin")),
                Optional.ofNullable(row.getString("parent")),
                Optional.ofNullable(row.getString("verification")),
                RunState.valueOf(row.getString("state")),
                Optional.ofNullable(row.getString("state_reason")).map(StateReason::valueOf),
                Optional.ofNullable(row.getString("code")),
                Optional.ofNullable(row.getString("detail")),
                row.getTimestamp("created_at").toInstant(),
                instant(row, "started_at"),
                instant(row, "finished_at"),
                instant(row, "deadline_at"),
                instant(row, "tallies_expired_at"),
                instant(row, "artifacts_expired_at"));
    }

    private static BlockInfo block(ResultSet row, int number) throws SQLException {
        return new BlockInfo(
                row.getInt("index"),
                BlockState.valueOf(row.getString("state")),
                row.getInt("attempt"),
                row.getInt("failures"),
                row.getDouble("progress"),
                Optional.ofNullable(row.getString("device")),
                Optional.ofNullable(row.getString("software")).map(Json::strings),
                instant(row, "started_at"),
                instant(row, "finished_at"),
                Optional.ofNullable(row.getString("tally_hash")),
                Optional.ofNullable(row.getObject("tally_bytes", Long.class)),
                Optional.ofNullable(row.getString("error")));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}
