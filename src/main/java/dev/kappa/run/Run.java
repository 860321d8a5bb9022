package dev.kappa.run;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One experiment with one set of parameters.
 *
 * @param parameters JSON, complete with the defaults that applied
 * @param shapes JSON of what its names resolved to when it was accepted
 * @param provenance JSON of the content hashes of what it reads and, once it has succeeded, of what measured it
 * @param parent the run that it concludes or measures again
 * @param verification JSON of how its digits compare with its parent's
 * @param deadlineAt when it fails where it has not ended
 * @param talliesExpiredAt when its tallies were deleted by policy
 * @param artifactsExpiredAt when its artifacts were
 * @param code of the fault that ended it
 * @param detail a sentence about its state
 */
public record Run(
        String id,
        String experiment,
        String parameters,
        long seed,
        int blocks,
        boolean sequential,
        long activationBytes,
        double flops,
        int priority,
        Map<String, String> labels,
        String shapes,
        String provenance,
        Origin origin,
        Optional<String> parent,
        Optional<String> verification,
        RunState state,
        Optional<StateReason> reason,
        Optional<String> code,
        Optional<String> detail,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<Instant> deadlineAt,
        Optional<Instant> talliesExpiredAt,
        Optional<Instant> artifactsExpiredAt) {
    /** How long after its request it was to have ended. */
    public Optional<Long> deadlineSeconds() {
        return deadlineAt.map(deadline -> Math.round(Duration.between(createdAt, deadline).toMillis() / 1e3));
    }

    /** Of a verification that has ended: how its digits compare with its parent's. */
    public Optional<Verification> verified() {
        return verification.map(json -> Json.read(json, Verification.class));
    }
}
