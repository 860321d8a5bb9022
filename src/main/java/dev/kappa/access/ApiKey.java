package dev.kappa.access;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A key, without its secret.
 *
 * @param id names it where the secret must not be written
 * @param name the user's own
 */
public record ApiKey(
        String id,
        String name,
        Set<Scope> scopes,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt,
        Optional<Instant> lastUsedAt) {}
