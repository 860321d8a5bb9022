package dev.kappa.run;

import com.github.kagkarlsson.scheduler.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;

/**
 * The engine's time is that of the database, so that servers whose clocks disagree agree on what is due and on who
 * has stopped beating. Between two readings it goes on by this machine's monotonic clock.
 */
@Component
class DatabaseClock implements Clock {
    private record Reading(Instant time, long nanos) {}

    private volatile Reading last = new Reading(Instant.now(), System.nanoTime());

    /** @param nanos when the database said so, by {@link System#nanoTime()} */
    void set(Instant time, long nanos) {
        last = new Reading(time, nanos);
    }

    @Override
    public Instant now() {
        Reading reading = last;
        return reading.time().plus(Duration.ofNanos(System.nanoTime() - reading.nanos()));
    }
}
