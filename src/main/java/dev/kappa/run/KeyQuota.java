package dev.kappa.run;

import dev.kappa.access.Actor;
import dev.kappa.catalog.Refusal;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.ErrorResponseException;

/**
 * How many runs a key may have that have not ended. The key's row is locked until the run is there, so that
 * however many requests come at once, each counts those before it.
 */
@Component
class KeyQuota {
    private static final String RETRY_SECONDS = "10";

    private final JdbcClient jdbc;
    private final int most;

    KeyQuota(JdbcClient jdbc, @Value("${kappa.access.runs-per-key:1000}") int most) {
        this.jdbc = jdbc;
        this.most = most;
    }

    /**
     * The id of the key that asks for one more run, if any was shown; called in the transaction that makes the run.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<String> take() {
        Optional<Actor> actor = Actor.current().filter(who -> who.key().isPresent());
        if (actor.isEmpty()) {
            return Optional.empty();
        }
        String key = actor.get().key().orElseThrow();
        jdbc.sql("select id from api_key where id = :key for no key update")
                .param("key", key)
                .query(String.class)
                .single();
        long going = jdbc.sql("select count(*) from run"
                        + " where key_id = :key and state not in ('SUCCEEDED', 'FAILED', 'CANCELLED')")
                .param("key", key)
                .query(Long.class)
                .single();
        if (going >= most) {
            throw exceeded(actor.get().name(), going);
        }
        return Optional.of(key);
    }

    private ErrorResponseException exceeded(String name, long going) {
        ErrorResponseException refusal = Refusal.of(
                HttpStatus.TOO_MANY_REQUESTS,
                "quota_exceeded",
                "the key '" + name + "' has " + going + " runs that have not ended; accepted: at most " + most);
        refusal.getHeaders().set(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        return refusal;
    }
}
