package dev.kappa.run;

import static dev.kappa.run.RunState.CANCELLED;
import static dev.kappa.run.RunState.CANCELLING;
import static dev.kappa.run.RunState.CONCLUDING;
import static dev.kappa.run.RunState.FAILED;
import static dev.kappa.run.RunState.LOADING;
import static dev.kappa.run.RunState.QUEUED;
import static dev.kappa.run.RunState.RUNNING;
import static dev.kappa.run.RunState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RunStateTest {
    private static final Map<RunState, Set<RunState>> ALLOWED = Map.of(
            QUEUED, Set.of(LOADING, CANCELLED, FAILED),
            LOADING, Set.of(RUNNING, CANCELLING, FAILED),
            RUNNING, Set.of(CONCLUDING, CANCELLING, FAILED),
            CONCLUDING, Set.of(SUCCEEDED, CANCELLING, FAILED),
            CANCELLING, Set.of(CANCELLED),
            SUCCEEDED, Set.of(),
            FAILED, Set.of(),
            CANCELLED, Set.of());

    static Stream<Arguments> pairs() {
        return Arrays.stream(RunState.values())
                .flatMap(from -> Arrays.stream(RunState.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void onlyTheTransitionsOfTheTableAreAllowed(RunState from, RunState to) {
        assertThat(from.canBecome(to)).isEqualTo(ALLOWED.get(from).contains(to));
    }

    @ParameterizedTest
    @EnumSource
    void aTerminalStateNeverChangesAndEveryOtherCanEnd(RunState state) {
        assertThat(state.isTerminal()).isEqualTo(ALLOWED.get(state).isEmpty());
    }
}
