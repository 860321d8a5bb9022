package dev.kappa.page;

import dev.kappa.run.BlockInfo;
import dev.kappa.run.BlockState;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * A block in the table of blocks.
 *
 * @param state in lower case
 * @param took of the last attempt; empty where it has not begun
 * @param tally address of its sums; empty where they are not there
 */
record BlockLine(
        int index,
        String state,
        int attempts,
        int failures,
        String device,
        String took,
        String error,
        String tally,
        String bytes) {
    static BlockLine of(String run, BlockInfo block, Instant now) {
        return new BlockLine(
                block.index(),
                block.state().name().toLowerCase(Locale.ROOT),
                block.attempt(),
                block.failures(),
                block.device().orElse(""),
                block.startedAt()
                        .filter(start -> block.finishedAt().isPresent() || block.state() == BlockState.RUNNING)
                        .map(start -> Numbers.duration(Duration.between(start, block.finishedAt().orElse(now))))
                        .orElse(""),
                block.error().orElse(""),
                block.tallyHash().isPresent() ? "/v1/runs/" + run + "/blocks/" + block.index() + "/tally" : "",
                block.tallyBytes().map(Numbers::bytes).orElse(""));
    }

    /** In a few words. */
    public String title() {
        return "block " + index + ": " + state
                + (took.isEmpty() ? "" : ", " + took)
                + (error.isEmpty() ? "" : ", " + error);
    }
}
