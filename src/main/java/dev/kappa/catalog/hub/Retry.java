package dev.kappa.catalog.hub;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.time.Duration;

/** Tries again what failed on the way: a bounded number of times without progress, waiting longer each time. */
final class Retry {
    private final HubSettings settings;
    private final HubProgress progress;
    private final String what;
    private int failures;

    Retry(HubSettings settings, HubProgress progress, String what) {
        this.settings = settings;
        this.progress = progress;
        this.what = what;
    }

    /** To be called when the attempt got further than the ones before. */
    void progressed() {
        failures = 0;
    }

    /** Waits before the next attempt, or gives up with a fault. */
    void after(IOException failure) {
        failures++;
        Duration asked = failure instanceof HubHttp.Temporary temporary ? temporary.wait : Duration.ZERO;
        if (asked.compareTo(settings.longestWait()) > 0) {
            throw Fault.resources(
                    "hub_rate_limited",
                    failure.getMessage() + ", and asks to come back in " + asked.toSeconds() + " seconds; the longest"
                            + " wait here is " + settings.longestWait().toSeconds());
        }
        if (failures >= settings.attempts()) {
            throw giveUp(failure);
        }
        Duration own = settings.backoff().multipliedBy(1L << (failures - 1));
        pause(asked.compareTo(own) > 0 ? asked : own);
    }

    private Fault giveUp(IOException failure) {
        if (failure instanceof HubHttp.Temporary && failure.getMessage().contains("rate")) {
            return Fault.resources("hub_rate_limited", failure.getMessage() + "; tried " + failures + " times");
        }
        return Fault.external(
                "hub_unreachable", what + " could not be read in " + failures + " attempts: " + failure, failure);
    }

    private void pause(Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        try {
            for (long left = wait.toNanos(); left > 0; left = end - System.nanoTime()) {
                if (progress.cancelled()) {
                    throw new HubProgress.Cancelled();
                }
                Thread.sleep(Math.min(200, left / 1_000_000 + 1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubProgress.Cancelled();
        }
    }
}
