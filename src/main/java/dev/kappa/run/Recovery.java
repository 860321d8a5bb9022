package dev.kappa.run;

import dev.kappa.home.EmbeddedDatabase;
import dev.kappa.home.Home;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Before the engine starts. The home's lock proves that the process which had this home before is gone, and an
 * embedded database has one server only: what such a process worked on is due at once, whatever its heartbeats.
 */
@Component
@DependsOnDatabaseInitialization
class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final JdbcClient jdbc;
    private final boolean alone;
    private final Home home;

    Recovery(JdbcClient jdbc, ObjectProvider<EmbeddedDatabase> embedded, Home home) {
        this.jdbc = jdbc;
        this.alone = embedded.getIfAvailable() != null;
        this.home = home;
    }

    /** True where no other server can be there. */
    boolean isAlone() {
        return alone;
    }

    void run() {
        jdbc.sql("update scheduled_tasks set " + Tasks.RELEASED
                        + " where picked and (:alone or picked_by like '%' || :home || '%')")
                .param("alone", alone)
                .param("home", Presence.prefix(home))
                .update();
        int unfinished = jdbc.sql("select count(*) from run where state not in ('SUCCEEDED', 'FAILED', 'CANCELLED')")
                .query(Integer.class)
                .single();
        if (unfinished > 0) {
            LOG.info("Going on with {} unfinished runs", unfinished);
        }
    }
}
