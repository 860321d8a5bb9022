package dev.kappa.catalog;

import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import dev.kappa.limits.Limits;
import dev.kappa.store.StoredFile;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The rows of the catalog. */
@Repository
class Entries {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final JdbcClient jdbc;
    private final Path home;
    private final int mostAtOnce;

    Entries(JdbcClient jdbc, Home home, Limits limits) {
        this.jdbc = jdbc;
        this.home = home.directory();
        this.mostAtOnce = limits.pageSize();
    }

    /** How many may be asked for at once. */
    int mostAtOnce() {
        return mostAtOnce;
    }

    /** Where a page of a list ended: the last entry's time and id. */
    record Position(Instant createdAt, String id) {}

    /** Adds an entry; false where its id is taken. */
    boolean insert(Entry entry) {
        return write(entry, "do nothing") == 1;
    }

    /** Adds a bundled entry or brings it up to date. */
    void put(Entry entry) {
        write(
                entry,
                """
                (shelf, id) do update set source = excluded.source, location = excluded.location, hash = excluded.hash,
                    bytes = excluded.bytes, fingerprint = excluded.fingerprint, facts = excluded.facts,
                    bundled = excluded.bundled""");
    }

    private int write(Entry entry, String onConflict) {
        return jdbc.sql("""
                        insert into catalog_entry
                            (shelf, id, source, location, hash, bytes, fingerprint, facts, bundled)
                        values (:shelf, :id, :source, :location, :hash, :bytes, :fingerprint, :facts::json, :bundled)
                        on conflict %s""".formatted(onConflict))
                .param("shelf", entry.shelf().label())
                .param("id", entry.id())
                .param("source", entry.source())
                .param("location", stored(entry.location()))
                .param("hash", entry.hash())
                .param("bytes", entry.bytes())
                .param("fingerprint", entry.fingerprint())
                .param("facts", JSON.writeValueAsString(entry.facts()))
                .param("bundled", entry.bundled())
                .update();
    }

    Optional<Entry> find(Shelf shelf, String id) {
        return jdbc.sql("select * from catalog_entry where shelf = :shelf and id = :id")
                .param("shelf", shelf.label())
                .param("id", id)
                .query((row, number) -> entry(shelf, row))
                .optional();
    }

    /** The ids on a shelf in alphabetical order. */
    List<String> ids(Shelf shelf) {
        return jdbc.sql("select id from catalog_entry where shelf = :shelf order by id")
                .param("shelf", shelf.label())
                .query(String.class)
                .list();
    }

    /** At most {@code most} entries of a shelf, newest first, from after a position. */
    List<Entry> newest(Shelf shelf, Optional<Position> after, int most) {
        String from = after.isPresent() ? "and (created_at, id) < (:createdAt, :after)" : "";
        JdbcClient.StatementSpec query = jdbc.sql("""
                        select * from catalog_entry where shelf = :shelf %s
                        order by created_at desc, id desc limit :most""".formatted(from))
                .param("shelf", shelf.label())
                .param("most", most);
        after.ifPresent(position -> query.param(
                        "createdAt", position.createdAt().atOffset(ZoneOffset.UTC))
                .param("after", position.id()));
        return query.query((row, number) -> entry(shelf, row)).list();
    }

    /** The files of an artifact that a run has left. */
    List<StoredFile> artifactFiles(String run, String artifact) {
        return jdbc.sql("select files from artifact where run_id = :run and name = :name")
                .param("run", run)
                .param("name", artifact)
                .query(String.class)
                .optional()
                .map(files -> List.of(JSON.readValue(files, StoredFile[].class)))
                .orElseThrow(() -> Fault.user(
                        "unknown_artifact", "run '" + run + "' has left no artifact '" + artifact + "' here"));
    }

    /** The artifacts that entries stand for, as {@code <run>/<artifact>}. */
    Set<String> artifacts() {
        return Set.copyOf(jdbc.sql("select distinct substr(source, 5) from catalog_entry where source like 'run:%'")
                .query(String.class)
                .list());
    }

    /** Whether any entry of any shelf lies there. */
    boolean anyAt(Path location) {
        return jdbc.sql("select count(*) from catalog_entry where location = :location")
                        .param("location", stored(location))
                        .query(Long.class)
                        .single()
                > 0;
    }

    boolean delete(Shelf shelf, String id) {
        return jdbc.sql("delete from catalog_entry where shelf = :shelf and id = :id")
                        .param("shelf", shelf.label())
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Inside the home a location is kept relative, so that a home can be moved. */
    private String stored(Path location) {
        return (location.startsWith(home) ? home.relativize(location) : location).toString();
    }

    private Entry entry(Shelf shelf, ResultSet row) throws SQLException {
        return new Entry(
                shelf,
                row.getString("id"),
                row.getString("source"),
                home.resolve(row.getString("location")),
                row.getString("hash"),
                row.getLong("bytes"),
                row.getString("fingerprint"),
                JSON.readValue(row.getString("facts"), shelf.facts()),
                row.getBoolean("bundled"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
