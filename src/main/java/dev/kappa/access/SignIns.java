package dev.kappa.access;

import java.time.Duration;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Browsers that have shown a key: each holds a random token instead of it, for half a day or until the key ends. */
@Service
public class SignIns {
    /** The name of the cookie. */
    public static final String COOKIE = "kappa_session";

    public static final Duration LONGEST = Duration.ofHours(12);

    private final JdbcClient jdbc;
    private final Keys keys;

    SignIns(JdbcClient jdbc, Keys keys) {
        this.jdbc = jdbc;
        this.keys = keys;
    }

    /** A token for a valid key; forgets tokens that have ended. */
    public Optional<String> open(String secret) {
        return keys.find(secret).map(key -> {
            String token = Secrets.random("");
            jdbc.sql("delete from sign_in where expires_at < now()").update();
            jdbc.sql("insert into sign_in (hash, key_id, expires_at)"
                            + " values (:hash, :key, now() + cast(:seconds as bigint) * interval '1 second')")
                    .param("hash", Secrets.hash(token))
                    .param("key", key.id())
                    .param("seconds", LONGEST.toSeconds())
                    .update();
            return token;
        });
    }

    Optional<ApiKey> find(String token) {
        return keys.findByToken(token);
    }

    public void close(String token) {
        jdbc.sql("delete from sign_in where hash = :hash").param("hash", Secrets.hash(token)).update();
    }
}
