package dev.kappa.run;

import dev.kappa.store.RunFolders;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Deletes files that no run of the database has, as a killed process or a deleted run may leave them. Only what has
 * not been touched for a while: another server may be writing files of a run that it is about to enter.
 */
@Component
class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private final JdbcClient jdbc;
    private final RunFolders folders;
    private final RetentionSettings settings;

    Orphans(JdbcClient jdbc, RunFolders folders, RetentionSettings settings) {
        this.jdbc = jdbc;
        this.folders = folders;
        this.settings = settings;
    }

    /** Called from time to time. */
    void sweep() {
        String database = jdbc.sql("select id from database_id").query(String.class).single();
        if (!folders.belongTo(database)) {
            LOG.warn("Files that belong to no run stay: they were written for another database than this one");
            return;
        }
        Instant before = Instant.now().minus(settings.orphansAfter());
        folders.deleteStaged(before);
        List<String> untouched = folders.runs(before);
        if (untouched.isEmpty()) {
            return;
        }
        Set<String> orphans = new HashSet<>(untouched);
        orphans.removeAll(jdbc.sql("select id from run where id = any(cast(:ids as text[]))")
                .param("ids", untouched.toArray(String[]::new))
                .query(String.class)
                .list());
        orphans.forEach(run -> {
            folders.delete(run);
            LOG.info("The files of run {}, which is not in the database, are deleted", run);
        });
    }
}
