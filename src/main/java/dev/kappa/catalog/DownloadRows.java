package dev.kappa.catalog;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What is on its way: kept, so that a restarted server goes on with it. */
@Repository
class DownloadRows {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final JdbcClient jdbc;

    DownloadRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A row.
     *
     * @param problem absent while it goes on
     */
    record Row(Shelf shelf, Registration registration, Optional<Views.Problem> problem) {}

    /** Adds a download or lets a failed one start again. */
    void begin(Shelf shelf, Registration registration) {
        jdbc.sql("""
                        insert into catalog_download (shelf, id, registration) values (:shelf, :id, :registration::json)
                        on conflict (shelf, id) do update
                            set registration = excluded.registration, code = null, detail = null""")
                .param("shelf", shelf.label())
                .param("id", registration.id())
                .param("registration", JSON.writeValueAsString(registration))
                .update();
    }

    void fail(Shelf shelf, String id, Views.Problem problem) {
        jdbc.sql("update catalog_download set code = :code, detail = :detail where shelf = :shelf and id = :id")
                .param("code", problem.code())
                .param("detail", problem.detail())
                .param("shelf", shelf.label())
                .param("id", id)
                .update();
    }

    boolean delete(Shelf shelf, String id) {
        return jdbc.sql("delete from catalog_download where shelf = :shelf and id = :id")
                        .param("shelf", shelf.label())
                        .param("id", id)
                        .update()
                == 1;
    }

    List<Row> all() {
        return jdbc.sql("select * from catalog_download order by created_at, id")
                .query(DownloadRows::row)
                .list();
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        Shelf shelf = Shelf.of(row.getString("shelf"));
        String code = row.getString("code");
        return new Row(
                shelf,
                JSON.readValue(row.getString("registration"), Registration.of(shelf)),
                code == null ? Optional.empty() : Optional.of(new Views.Problem(code, row.getString("detail"))));
    }
}
