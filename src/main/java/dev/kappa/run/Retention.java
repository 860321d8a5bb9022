package dev.kappa.run;

import dev.kappa.run.RetentionSettings.Policy;
import dev.kappa.store.ArtifactStore;
import dev.kappa.store.TallyStore;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes what ended runs left, as {@code kappa.retention} says, and keeps a row about it. Rows go before files, so
 * that nothing is named that is not there; several servers may do it at once. What a run that goes on or the catalog
 * depends on stays.
 */
@Component
class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int AT_ONCE = 200;

    private static final String NO_CHILD_GOES_ON =
            "not exists (select 1 from run child where child.parent = run.id and child.finished_at is null)";
    private static final String NOT_REGISTERED =
            "not exists (select 1 from catalog_entry where source like 'run:' || run.id || '/%')";

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final TallyStore tallies;
    private final ArtifactStore artifacts;
    private final RetentionSettings settings;

    Retention(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            TallyStore tallies,
            ArtifactStore artifacts,
            RetentionSettings settings) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.tallies = tallies;
        this.artifacts = artifacts;
        this.settings = settings;
    }

    /** Called from time to time. */
    void look() {
        due(settings.runs(), NO_CHILD_GOES_ON + " and " + NOT_REGISTERED).forEach(this::deleteRun);
        due(settings.tallies(), NO_CHILD_GOES_ON + " and tallies_expired_at is null").forEach(run -> {
            if (mark(run, "tallies_expired_at")) {
                tallies.delete(run);
                LOG.info("The tallies of run {} are deleted by kappa.retention.tallies", run);
            }
        });
        due(settings.artifacts(), NOT_REGISTERED + " and artifacts_expired_at is null").forEach(run -> {
            if (mark(run, "artifacts_expired_at")) {
                artifacts.delete(run);
                LOG.info("The artifacts of run {} are deleted by kappa.retention.artifacts", run);
            }
        });
    }

    private List<String> due(Policy policy, String condition) {
        if (!policy.isOn()) {
            return List.of();
        }
        return jdbc.sql(
                        """
                        select id from run where finished_at is not null and %s
                          and (finished_at < clock_timestamp() - make_interval(secs => cast(:age as double precision))
                            or cast(:count as bigint) is not null and id in (select id from run
                              where finished_at is not null order by finished_at desc, id desc offset cast(:count as bigint)))
                        order by finished_at limit :most"""
                                .formatted(condition))
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
            return jdbc.sql("delete from run where id = :id").param("id", run).update() == 1;
        }));
        if (deleted) {
            tallies.delete(run);
            artifacts.delete(run);
            LOG.info("Run {} is deleted by kappa.retention.runs, with its findings, tallies and artifacts", run);
        }
    }

    private boolean mark(String run, String column) {
        return jdbc.sql("update run set " + column + " = clock_timestamp() where id = :id and " + column + " is null")
                        .param("id", run)
                        .update()
                == 1;
    }
}
