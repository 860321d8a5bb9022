package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunIdsTest {
    @Test
    void idsSortInTheOrderOfTheirMakingEvenWithinOneMillisecond() {
        RunIds ids = new RunIds(Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC));
        List<String> made = Stream.generate(ids::next).limit(1_000).toList();
        assertThat(made).isSorted().doesNotHaveDuplicates().allMatch(id -> id.matches("[0-9a-hjkmnp-tv-z]{26}"));
    }

    @Test
    void laterClocksMakeGreaterIds() {
        String earlier = new RunIds(Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC)).next();
        String later = new RunIds(Clock.fixed(Instant.parse("2040-01-01T00:00:00Z"), ZoneOffset.UTC)).next();
        assertThat(later).isGreaterThan(earlier);
    }
}
