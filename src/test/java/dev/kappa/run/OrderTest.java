package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Order order = new Order(new EngineSettings(
            0, 3, Duration.ZERO, Duration.ZERO, Duration.ZERO, 10, Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO));

    @Test
    void ofTwoRunsThatWaitAsLongThatOfHigherPriorityGoesFirst() {
        assertThat(order.moment(run(7, 0), 0)).isBefore(order.moment(run(0, 0), 0));
    }

    @Test
    void aRunOfLowPriorityIsPassedOnlyByRunsThatCameWithinTheMinutesOfTheirAdvantage() {
        Instant low = order.moment(run(-100, 0), 0);
        assertThat(order.moment(run(100, 199), 0)).isBefore(low);
        assertThat(order.moment(run(100, 201), 0)).isAfter(low);
    }

    @Test
    void aLongRunThatIsUnderWayLetsALaterShortOnePassAndIsNotPassedForEver() {
        Instant twentiethBlock = order.moment(run(0, 0), 20);
        assertThat(order.moment(run(0, 5), 0)).isBefore(twentiethBlock);
        assertThat(order.moment(run(0, 21), 0)).isAfter(twentiethBlock);
    }

    @Test
    void everyBlockIsDueAtOnceWhereALaneIsFree() {
        assertThat(order.moment(run(-100, 0), Submission.MOST_BLOCKS - 1)).isBefore(NOW);
    }

    private static Run run(int priority, int minutesLater) {
        return new Run(
                "id", "counting", "{}", 0, 1, false, 0, 0, priority, Map.of(), "{}", "{}", Origin.SUBMITTED,
                Optional.empty(), Optional.empty(), RunState.QUEUED, Optional.empty(), Optional.empty(), Optional.empty(), NOW.plus(Duration.ofMinutes(minutesLater)),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
