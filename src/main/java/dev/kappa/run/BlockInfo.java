package dev.kappa.run;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A block as its row says.
 *
 * @param attempt how often it was claimed
 * @param failures how many claims ended in an exception or with the process
 * @param progress of the present attempt, 0 to 1
 * @param software versions that measured it
 * @param tallyHash SHA-256 of the stored tally
 * @param error of the last attempt that failed
 */
public record BlockInfo(
        int index,
        BlockState state,
        int attempt,
        int failures,
        double progress,
        Optional<String> device,
        Optional<Map<String, String>> software,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<String> tallyHash,
        Optional<Long> tallyBytes,
        Optional<String> error) {}
