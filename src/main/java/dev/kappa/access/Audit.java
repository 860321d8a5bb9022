package dev.kappa.access;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.MDC;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The record of administrative acts: what was asked for and not refused, and what settings had deleted. The database lets no row be changed. */
@Component
public class Audit {
    private final JdbcClient jdbc;

    Audit(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An act.
     *
     * @param id grows with time
     * @param act such as {@code model_register}
     * @param subject what it was done to
     * @param actor the name of the key, or what there is instead of one
     */
    public record Act(
            String id,
            Instant at,
            String act,
            String subject,
            Optional<String> keyId,
            String actor,
            Optional<String> address,
            Optional<String> requestId) {}

    /** Called in the transaction of the act where it has one. */
    public void record(String act, String subject, Actor actor) {
        jdbc.sql(
                        """
                        insert into audit (act, subject, key_id, actor, address, request_id)
                        values (:act, :subject, :key, :actor, :address, :request)""")
                .param("act", act)
                .param("subject", subject)
                .param("key", actor.key().orElse(null))
                .param("actor", actor.name())
                .param("address", actor.address().orElse(null))
                .param("request", MDC.get("request_id"))
                .update();
    }

    /** Newest first. */
    public List<Act> list(int limit, Optional<Long> before) {
        return jdbc.sql(
                        """
                        select * from audit where cast(:before as bigint) is null or id < :before
                        order by id desc limit :limit""")
                .param("before", before.orElse(null))
                .param("limit", limit)
                .query((row, number) -> new Act(
                        Long.toString(row.getLong("id")),
                        row.getTimestamp("at").toInstant(),
                        row.getString("act"),
                        row.getString("subject"),
                        Optional.ofNullable(row.getString("key_id")),
                        row.getString("actor"),
                        Optional.ofNullable(row.getString("address")),
                        Optional.ofNullable(row.getString("request_id"))))
                .list();
    }
}
