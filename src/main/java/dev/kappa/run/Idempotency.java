package dev.kappa.run;

import dev.kappa.store.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/**
 * Requests under a key of the client's choice: however often one arrives, it makes one run. Of several at once
 * the first to enter the key goes on; the others wait for its transaction and then find its run.
 */
@Component
class Idempotency {
    /** A run, and whether an earlier request had made it. */
    record Outcome(Run run, boolean replayed) {}

    private final JdbcClient jdbc;
    private final RunRows runs;

    Idempotency(JdbcClient jdbc, RunRows runs) {
        this.jdbc = jdbc;
        this.runs = runs;
    }

    /** The run of an earlier request with this key; another request under the same key is rejected. */
    Optional<Run> find(String key, JsonNode body) {
        record Entry(String hash, String run) {}
        return jdbc.sql("select request_hash, run_id from idempotency_key where key = :key")
                .param("key", key)
                .query((row, number) -> new Entry(row.getString(1), row.getString(2)))
                .optional()
                .flatMap(entry -> {
                    if (!entry.hash().equals(hash(body))) {
                        throw new Rejection(
                                "",
                                "idempotency_key_reused",
                                "Idempotency-Key '" + key + "' belongs to another request, which made run '" + entry.run()
                                        + "'; a new request needs a new key");
                    }
                    return runs.find(entry.run());
                });
    }

    /** Makes a run under a key, or finds the one that another request has made meanwhile. */
    @Transactional
    public Outcome once(String key, JsonNode body, Supplier<Run> create) {
        boolean first = jdbc.sql("insert into idempotency_key (key, request_hash) values (:key, :hash)"
                                + " on conflict (key) do nothing")
                        .param("key", key)
                        .param("hash", hash(body))
                        .update()
                == 1;
        if (!first) {
            return new Outcome(find(key, body).orElseThrow(), true);
        }
        Run run = create.get();
        jdbc.sql("update idempotency_key set run_id = :run where key = :key")
                .param("run", run.id())
                .param("key", key)
                .update();
        return new Outcome(run, false);
    }

    /** Of what the body says, whatever its spaces and the order of its properties. */
    private static String hash(JsonNode body) {
        return Hashes.sha256(Json.sorted(body).getBytes(StandardCharsets.UTF_8));
    }
}
