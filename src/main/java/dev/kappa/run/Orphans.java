package dev.kappa.run;

import dev.kappa.store.RunFolders;
import dev.kappa.store.TallyStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Deletes files that the database does not name, as a killed process, a discarded attempt or a deleted run may leave
 * them: those of no run, and those beside what a run that has ended has. Only what has not been touched for a while:
 * another server may be writing files of a run that it is about to enter.
 */
@Component
class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    /** How far back the first sweep after a start looks for runs that ended; the others go on from the one before. */
    private static final Duration FIRST = Duration.ofDays(7);

    /** By how much the clocks of servers and database may differ. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private static final String ENDED =
            """
            select id,
              array(select index || '-' || tally_hash from block where run_id = run.id and tally_hash is not null
                and run.tallies_expired_at is null) as tallies,
              array(select name from artifact where run_id = run.id and run.artifacts_expired_at is null) as artifacts
            from run where finished_at is not null
              and greatest(finished_at, imported_at, tallies_expired_at, artifacts_expired_at)
                between :since and :before""";

    private final JdbcClient jdbc;
    private final RunFolders folders;
    private final RetentionSettings settings;
    private Instant looked;

    Orphans(JdbcClient jdbc, RunFolders folders, RetentionSettings settings) {
        this.jdbc = jdbc;
        this.folders = folders;
        this.settings = settings;
    }

    /** Called from time to time, by one thread. */
    void sweep() {
        String database = jdbc.sql("select id from database_id").query(String.class).single();
        if (!folders.belongTo(database)) {
            LOG.warn("Files that belong to no run stay: they were written for another database than this one");
            return;
        }
        Instant before = Instant.now().minus(settings.orphansAfter());
        folders.deleteStaged(before);
        deleteUnknown(folders.runs(before));
        ended(looked == null ? before.minus(FIRST) : looked.minus(CLOCKS), before).forEach(this::retain);
        looked = before;
    }

    private void deleteUnknown(List<String> untouched) {
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

    /** What the database names of a run's files. */
    private record Named(String run, Set<String> tallies, Set<String> artifacts) {}

    private List<Named> ended(Instant since, Instant before) {
        return jdbc.sql(ENDED)
                .param("since", Timestamp.from(since))
                .param("before", Timestamp.from(before))
                .query((row, number) -> new Named(
                        row.getString("id"),
                        strings(row, "tallies").map(TallyStore::file).collect(Collectors.toSet()),
                        strings(row, "artifacts").collect(Collectors.toSet())))
                .list();
    }

    private static Stream<String> strings(ResultSet row, String column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray());
    }

    private void retain(Named named) {
        List<String> others = folders.retain(named.run(), named.tallies(), named.artifacts());
        if (!others.isEmpty()) {
            LOG.info("Run {} has ended without {}, which are deleted", named.run(), others);
        }
    }
}
