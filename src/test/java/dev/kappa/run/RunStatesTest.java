package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.run.RunStates.Cause;
import dev.kappa.testing.KappaServer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class RunStatesTest {
    private final KappaServer server = KappaServer.shared();
    private final RunStates states = server.bean(RunStates.class);
    private final Rows rows = new Rows(server.bean(JdbcClient.class));

    static Stream<Arguments> illegal() {
        return RunStateTest.pairs().filter(pair -> {
            Object[] states = pair.get();
            return !((RunState) states[0]).canBecome((RunState) states[1]);
        });
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("illegal")
    void anIllegalTransitionIsRefusedAndTheRowStaysAsItIs(RunState from, RunState to) {
        String run = rows.run(from, 1);
        assertThatThrownBy(() -> states.move(run, from, to, Cause.NONE)).isInstanceOf(IllegalStateException.class);
        assertThat(rows.state(run)).isEqualTo(from);
    }

    @Test
    void theLoserOfARaceIsToldAndChangesNothing() {
        String run = rows.run(RunState.RUNNING, 1);
        assertThat(states.move(run, RunState.RUNNING, RunState.FAILED, Cause.NONE)).isTrue();
        assertThat(states.move(run, RunState.RUNNING, RunState.CONCLUDING, Cause.NONE)).isFalse();
        assertThat(rows.state(run)).isEqualTo(RunState.FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void cancellingEndsEveryRunThatIsNotBeingMeasuredAndLeavesEndedOnesAlone(RunState state) {
        String run = rows.run(state, 1);
        states.cancel(run);
        RunState expected = state.isTerminal() || state == RunState.CANCELLING ? state : RunState.CANCELLED;
        assertThat(rows.state(run)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void failingEndsEveryRunThatHasNotEnded(RunState state) {
        String run = rows.run(state, 1);
        states.fail(run, new Cause(StateReason.INTERNAL, "code", "detail"));
        RunState expected = state.isTerminal() ? state : state == RunState.CANCELLING ? RunState.CANCELLED : RunState.FAILED;
        assertThat(rows.state(run)).isEqualTo(expected);
    }

    @Test
    void ofManyWhoRaceForOneTransitionExactlyOneWins() throws Exception {
        String run = rows.run(RunState.CONCLUDING, 1);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Boolean> race = () -> states.move(run, RunState.CONCLUDING, RunState.SUCCEEDED, Cause.NONE);
            long winners = threads.invokeAll(List.of(race, race, race, race, race, race, race, race)).stream()
                    .filter(RunStatesTest::won)
                    .count();
            assertThat(winners).isEqualTo(1);
        } finally {
            threads.shutdown();
        }
    }

    private static boolean won(Future<Boolean> outcome) {
        try {
            return outcome.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
