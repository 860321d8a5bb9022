package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.RunStates.Cause;
import dev.kappa.run.Tasks.BlockId;
import dev.kappa.store.StoredTally;
import dev.kappa.testing.KappaServer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class BlockClaimsTest {
    private static final StoredTally TALLY = new StoredTally("ab", 8);

    private final KappaServer server = KappaServer.shared();
    private final BlockClaims claims = server.bean(BlockClaims.class);
    private final RunStates states = server.bean(RunStates.class);
    private final RunRows runs = server.bean(RunRows.class);
    private final Rows rows = new Rows(server.bean(JdbcClient.class));

    @Test
    void theFirstClaimLoadsTheRunAndWhatIsLoadedRunsIt() {
        String run = rows.run(RunState.QUEUED, 2);
        Claim claim = claim(run, 0);
        assertThat(rows.state(run)).isEqualTo(RunState.LOADING);
        assertThat(claims.loaded(claim, "cpu")).isTrue();
        assertThat(rows.state(run)).isEqualTo(RunState.RUNNING);
        assertThat(block(run, 0).device()).contains("cpu");
    }

    @Test
    void aWorkerThatWasThoughtDeadWritesNothing() {
        String run = rows.run(RunState.QUEUED, 2);
        Claim first = claim(run, 0);
        claims.loaded(first, "cpu");
        Claim second = claim(run, 0);
        assertThat(second.attempt()).isEqualTo(first.attempt() + 1);

        assertThat(claims.report(first, 0.5)).isFalse();
        assertThat(claims.loaded(first, "cuda:7")).isFalse();
        assertThat(claims.handBack(first, null)).isFalse();
        assertThat(claims.charge(first, new Cause(StateReason.INTERNAL, "code", "late"))).isZero();
        claims.fail(first, new Cause(StateReason.INTERNAL, "code", "late"));
        claims.close(first, new StoredTally("zombie", 1));

        assertThat(block(run, 0).state()).isEqualTo(BlockState.RUNNING);
        assertThat(block(run, 0).attempt()).isEqualTo(second.attempt());
        assertThat(claims.report(second, 0.75)).isTrue();
        claims.close(second, TALLY);
        assertThat(block(run, 0).tallyHash()).contains("ab");
        assertThat(rows.state(run)).isEqualTo(RunState.RUNNING);
    }

    @Test
    void aClosedBlockIsNeverMeasuredAgain() {
        String run = rows.run(RunState.QUEUED, 2);
        Claim claim = claim(run, 0);
        claims.loaded(claim, "cpu");
        claims.close(claim, TALLY);
        assertThat(claims.claim(new BlockId(run, 0))).isEmpty();
        assertThat(block(run, 0).state()).isEqualTo(BlockState.DONE);
    }

    @Test
    void aBlockThatEndsItsProcessTooOftenFailsTheRunWithThatCause() {
        String run = rows.run(RunState.QUEUED, 2);
        claim(run, 1);
        claim(run, 1);
        claim(run, 1);
        assertThat(claims.claim(new BlockId(run, 1))).isEmpty();
        Run failed = runs.find(run).orElseThrow();
        assertThat(failed.state()).isEqualTo(RunState.FAILED);
        assertThat(failed.reason()).contains(StateReason.CRASHED);
        assertThat(failed.code()).contains("block_crashed");
        assertThat(failed.detail().orElseThrow()).contains("3 times").contains("block 1");
        assertThat(block(run, 1).state()).isEqualTo(BlockState.FAILED);
    }

    @Test
    void aBlockThatIsHandedBackIsNotCharged() {
        String run = rows.run(RunState.QUEUED, 1);
        for (int i = 0; i < 10; i++) {
            assertThat(claims.handBack(claim(run, 0), null)).isTrue();
        }
        assertThat(block(run, 0).failures()).isZero();
        assertThat(block(run, 0).attempt()).isEqualTo(10);
    }

    @Test
    void aRunBeingCancelledEndsWhenItsLastMeasuredBlockStops() {
        String run = rows.run(RunState.QUEUED, 3);
        Claim first = claim(run, 0);
        Claim second = claim(run, 1);
        claims.loaded(first, "cpu");
        states.cancel(run);
        assertThat(rows.state(run)).isEqualTo(RunState.CANCELLING);
        assertThat(claims.report(first, 0.1)).isFalse();
        assertThat(claims.handBack(first, null)).isFalse();
        assertThat(rows.state(run)).isEqualTo(RunState.CANCELLING);
        claims.close(second, TALLY);
        assertThat(rows.state(run)).isEqualTo(RunState.CANCELLED);
        assertThat(block(run, 1).tallyHash()).isEmpty();
        assertThat(claims.claim(new BlockId(run, 2))).isEmpty();
    }

    @Test
    void aRunBeingCancelledWhoseWorkerDiedEndsWhenItsBlockIsRevived() {
        String run = rows.run(RunState.QUEUED, 1);
        claim(run, 0);
        states.cancel(run);
        assertThat(rows.state(run)).isEqualTo(RunState.CANCELLING);
        assertThat(claims.claim(new BlockId(run, 0))).isEmpty();
        assertThat(rows.state(run)).isEqualTo(RunState.CANCELLED);
    }

    @Test
    void ofBlocksThatCloseTogetherExactlyOneSchedulesTheConclusion() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 5; round++) {
                String run = rows.run(RunState.QUEUED, 4);
                List<Callable<Object>> closings = List.of(0, 1, 2, 3).stream()
                        .map(index -> claim(run, index))
                        .map(claim -> {
                            claims.loaded(claim, "cpu");
                            return claim;
                        })
                        .map(claim -> Executors.callable(() -> claims.close(claim, TALLY)))
                        .toList();
                for (var closing : threads.invokeAll(closings)) {
                    closing.get();
                }
                // Its kind is unknown here, so the task stays: left for a server that knows it.
                assertThat(rows.state(run)).isEqualTo(RunState.CONCLUDING);
                assertThat(rows.tasks("conclude", run)).isEqualTo(1);
            }
        } finally {
            threads.shutdown();
        }
    }

    private Claim claim(String run, int index) {
        return claims.claim(new BlockId(run, index)).orElseThrow();
    }

    private BlockInfo block(String run, int index) {
        return runs.blocks(run).get(index);
    }
}
