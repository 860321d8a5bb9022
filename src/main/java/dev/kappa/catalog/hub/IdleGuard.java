package dev.kappa.catalog.hub;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a stream that has stood still or that nobody wants any more: the client of the JDK would read from it for
 * ever.
 */
final class IdleGuard implements Closeable {
    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "hub-idle");
        thread.setDaemon(true);
        return thread;
    });

    private static final long LONGEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(250);

    private final InputStream stream;
    private final HubProgress progress;
    private final long nanoseconds;
    private final ScheduledFuture<?> check;
    private volatile long lastMoved = System.nanoTime();
    private volatile boolean expired;

    IdleGuard(InputStream stream, Duration idle, HubProgress progress) {
        this.stream = stream;
        this.progress = progress;
        this.nanoseconds = idle.toNanos();
        long period = Math.min(LONGEST_PERIOD, nanoseconds / 4);
        this.check = CLOCK.scheduleWithFixedDelay(this::look, period, period, TimeUnit.NANOSECONDS);
    }

    void moved() {
        lastMoved = System.nanoTime();
    }

    /** Whether this closed the stream. */
    boolean expired() {
        return expired;
    }

    private void look() {
        if (progress.cancelled() || System.nanoTime() - lastMoved > nanoseconds) {
            expired = true;
            try {
                stream.close();
            } catch (IOException e) {
                // It is given up in any case.
            }
        }
    }

    @Override
    public void close() {
        check.cancel(false);
    }
}
