package dev.kappa.run;

import dev.kappa.home.EmbeddedDatabase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Before the engine starts. An embedded database has one server only, so whatever is marked as being worked on
 * was left by a process that is gone, and is due at once rather than after missed heartbeats.
 */
@Component
@DependsOnDatabaseInitialization
class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final JdbcClient jdbc;
    private final boolean alone;

    Recovery(JdbcClient jdbc, ObjectProvider<EmbeddedDatabase> embedded) {
        this.jdbc = jdbc;
        this.alone = embedded.getIfAvailable() != null;
    }

    void run() {
        if (alone) {
            jdbc.sql("update scheduled_tasks set picked = false, picked_by = null, last_heartbeat = null,"
                            + " version = version + 1 where picked")
                    .update();
        }
        int unfinished = jdbc.sql("select count(*) from run where state not in ('SUCCEEDED', 'FAILED', 'CANCELLED')")
                .query(Integer.class)
                .single();
        if (unfinished > 0) {
            LOG.info("Going on with {} unfinished runs", unfinished);
        }
    }
}
