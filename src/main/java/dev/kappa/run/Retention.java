package dev.kappa.run;

import dev.kappa.access.Actor;
import dev.kappa.access.Audit;
import dev.kappa.run.RetentionSettings.Policy;
import dev.kappa.store.ArtifactStore;
import dev.kappa.store.TallyStore;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes what ended runs left, as {@code kappa.retention} says, and records each deletion among the administrative
 * acts. Rows go before files, so that nothing is named that is not there; several servers may do it at once. What a run
 * that goes on or the catalog depends on stays. A run is as old as its end or, where it was imported, its arrival.
 */
@Component
class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int AT_ONCE = 200;
    /** Without an import, the end alone. */
    private static final String BEGIN_OF_AGE = "greatest(finished_at, imported_at)";

    private static final String NO_CHILD_GOES_ON =
            "not exists (select 1 from run child where child.parent = run.id and child.finished_at is null)";
    private static final String NOT_REGISTERED =
            "not exists (select 1 from catalog_entry where source like 'run:' || run.id || '/%')";

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final TallyStore tallies;
    private final ArtifactStore artifacts;
    private final Audit audit;
    private final RetentionSettings settings;

    Retention(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            TallyStore tallies,
            ArtifactStore artifacts,
            Audit audit,
            RetentionSettings settings) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.tallies = tallies;
        this.artifacts = artifacts;
        this.audit = audit;
        this.settings = settings;
    }

    /** Called from time to time. */
    void look() {
        due(settings.runs(), NO_CHILD_GOES_ON + " and " + NOT_REGISTERED).forEach(this::deleteRun);
        expire("tallies", settings.tallies(), NO_CHILD_GOES_ON, tallies::delete);
        expire("artifacts", settings.artifacts(), NOT_REGISTERED, artifacts::delete);
    }

    private void expire(String what, Policy policy, String condition, Consumer<String> delete) {
        String column = what + "_expired_at";
        due(policy, condition + " and " + column + " is null").forEach(run -> {
            if (mark(run, column, what)) {
                delete.accept(run);
                LOG.info("The {} of run {} are deleted by kappa.retention.{}", what, run, what);
            }
        });
    }

    private List<String> due(Policy policy, String condition) {
        if (!policy.isOn()) {
            return List.of();
        }
        return jdbc.sql(
                        """
                        select id from run where finished_at is not null and %1$s
                          and (%2$s < clock_timestamp() - make_interval(secs => cast(:age as double precision))
                            or cast(:count as bigint) is not null and id in (select id from run
                              where finished_at is not null order by %2$s desc, id desc offset cast(:count as bigint)))
                        order by %2$s limit :most"""
                                .formatted(condition, BEGIN_OF_AGE))
                .param("age", policy.age() == null ? null : policy.age().toMillis() / 1e3)
                .param("count", policy.count())
                .param("most", AT_ONCE)
                .query(String.class)
                .list();
    }

    private void deleteRun(String run) {
        boolean deleted = Boolean.TRUE.equals(transactions.execute(status -> {
            jdbc.sql("insert into expired_run (id, experiment, state, created_at, finished_at)"
                            + " select id, experiment, state, created_at, finished_at from run where id = :id"
                            + " on conflict do nothing")
                    .param("id", run)
                    .update();
            return jdbc.sql("delete from run where id = :id").param("id", run).update() == 1 && record(run, "runs");
        }));
        if (deleted) {
            tallies.delete(run);
            artifacts.delete(run);
            LOG.info("Run {} is deleted by kappa.retention.runs, with its findings, tallies and artifacts", run);
        }
    }

    private boolean mark(String run, String column, String what) {
        String sql = "update run set " + column + " = clock_timestamp() where id = :id and " + column + " is null";
        return Boolean.TRUE.equals(transactions.execute(
                status -> jdbc.sql(sql).param("id", run).update() == 1 && record(run, what)));
    }

    /** In the transaction of the deletion: none goes unsaid, and what is said has happened. */
    private boolean record(String run, String what) {
        audit.record(what + "_expire", run, Actor.setting("kappa.retention." + what));
        return true;
    }
}
