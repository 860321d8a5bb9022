package dev.kappa.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Runs that wait.
 *
 * @param depth how many wait for their first block
 * @param active how many are being worked on
 * @param lanes how many blocks this server measures at once; 0 where it only answers requests
 * @param oldestWaitSeconds of the run that waits longest; absent where none does
 * @param runs the first of those that wait, in the order in which they will start
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Queue(long depth, long active, int lanes, Optional<Double> oldestWaitSeconds, List<Waiting> runs) {
    /** A run that waits. */
    public record Waiting(
            String id, String experiment, int priority, long queuePosition, Instant createdAt, double waitSeconds) {}
}
