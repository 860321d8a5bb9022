package dev.kappa.access;

import dev.kappa.fault.Fault;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes, finds and revokes keys. What is asked here is true for every server of the database at once. */
@Service
public class Keys {
    static final String PREFIX = "kappa_";
    static final String BOOTSTRAP = "bootstrap";
    private static final int LEAST_SECRET = 32;
    private static final int LONGEST_NAME = 64;
    private static final String VALID = " revoked_at is null and (expires_at is null or expires_at > now())";

    private final JdbcClient jdbc;
    private final Audit audit;
    private volatile boolean made;

    Keys(JdbcClient jdbc, Audit audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /**
     * A new key.
     *
     * @param secret shown now and never again
     */
    public record Created(ApiKey key, String secret) {}

    /** @param expiry from now; empty for a key that stays valid until it is revoked */
    @Transactional
    public Created create(String name, Set<Scope> scopes, Optional<Duration> expiry, Actor actor) {
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw Fault.user(
                    "invalid_name", "name '" + name + "' must be 1 to " + LONGEST_NAME + " characters on one line");
        }
        String secret = Secrets.random(PREFIX);
        ApiKey key = insert(name, secret, scopes, expiry).orElseThrow();
        audit.record("key_create", "key " + key.id() + " (" + name + ": " + Scope.write(scopes) + ")", actor);
        return new Created(key, secret);
    }

    /**
     * Makes the secret that the configuration names a key with all scopes, once; one that it named before is
     * revoked.
     */
    @Transactional
    public void bootstrap(String secret) {
        if (secret.length() < LEAST_SECRET || !secret.matches("[!-~]+")) {
            throw Fault.user(
                    "weak_key",
                    "kappa.access.bootstrap-key has " + secret.length() + " characters; accepted: at least "
                            + LEAST_SECRET + " printable ones without spaces, such as openssl rand -hex 32 gives");
        }
        jdbc.sql("update api_key set revoked_at = now() where name = :name and hash <> :hash and revoked_at is null")
                .param("name", BOOTSTRAP)
                .param("hash", Secrets.hash(secret))
                .update();
        insert(BOOTSTRAP, secret, Scope.all(), Optional.empty())
                .ifPresent(key -> audit.record("key_create", "key " + key.id() + " (" + BOOTSTRAP + ")", Actor.configuration()));
    }

    private Optional<ApiKey> insert(String name, String secret, Set<Scope> scopes, Optional<Duration> expiry) {
        return jdbc.sql(
                        """
                        insert into api_key (id, name, hash, scopes, expires_at)
                        values (:id, :name, :hash, :scopes, now() + cast(:seconds as bigint) * interval '1 second')
                        on conflict (hash) do nothing returning *""")
                .param("id", Secrets.id())
                .param("name", name)
                .param("hash", Secrets.hash(secret))
                .param("scopes", Scope.write(scopes))
                .param("seconds", expiry.map(Duration::toSeconds).orElse(null))
                .query(Keys::key)
                .optional();
    }

    /** All that ever were, oldest first. */
    public List<ApiKey> list() {
        return jdbc.sql("select * from api_key order by created_at, id").query(Keys::key).list();
    }

    /** From now on the key opens nothing, nor does any browser that signed in with it; false where it was so before. */
    @Transactional
    public boolean revoke(String id, Actor actor) {
        List<String> ids = list().stream().map(ApiKey::id).toList();
        if (!ids.contains(id)) {
            throw Fault.user("unknown_key", "there is no key '" + id + "'; there are: " + ids);
        }
        boolean first = jdbc.sql("update api_key set revoked_at = now() where id = :id and revoked_at is null")
                        .param("id", id)
                        .update()
                == 1;
        if (first) {
            audit.record("key_revoke", "key " + id, actor);
        }
        return first;
    }

    /**
     * Whether requests need a key: from the first one that is made, for ever. The last one's revocation must not
     * open the server to everybody.
     */
    public boolean inForce() {
        made = made || jdbc.sql("select exists (select 1 from api_key)").query(Boolean.class).single();
        return made;
    }

    /** The valid key with this secret. When it was last used is kept to the minute. */
    Optional<ApiKey> find(String secret) {
        Optional<ApiKey> key = jdbc.sql("select * from api_key where hash = :hash and" + VALID)
                .param("hash", Secrets.hash(secret))
                .query(Keys::key)
                .optional();
        key.ifPresent(this::used);
        return key;
    }

    /** The valid key of the browser that holds this token. */
    Optional<ApiKey> findByToken(String token) {
        return jdbc.sql("select * from api_key where id ="
                        + " (select key_id from sign_in where hash = :hash and expires_at > now()) and" + VALID)
                .param("hash", Secrets.hash(token))
                .query(Keys::key)
                .optional();
    }

    private void used(ApiKey key) {
        if (key.lastUsedAt().isEmpty() || key.lastUsedAt().get().isBefore(Instant.now().minusSeconds(60))) {
            jdbc.sql("update api_key set last_used_at = now() where id = :id").param("id", key.id()).update();
        }
    }

    private static ApiKey key(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getString("id"),
                row.getString("name"),
                Scope.parse(row.getString("scopes")),
                row.getTimestamp("created_at").toInstant(),
                instant(row, "expires_at"),
                instant(row, "revoked_at"),
                instant(row, "last_used_at"));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}
