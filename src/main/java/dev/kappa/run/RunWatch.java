package dev.kappa.run;

import dev.kappa.fault.Fault;
import dev.kappa.limits.Limits;
import dev.kappa.run.EventLog.Head;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Service;

/**
 * Tells whoever waits that a run has gone on. One query a tick asks how far all watched runs are, whichever
 * server works on them; a watcher that has something to see is then called on a thread of a small pool, so that
 * a slow one keeps few others waiting. It ends before the web server does, which waits for open requests.
 */
@Service
public class RunWatch implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(RunWatch.class);
    private static final int THREADS = 8;

    /** Someone who waits for a run. */
    public interface Watcher {
        /** Whether there is something to see; called at every tick. */
        boolean isDue(Head head);

        /** Sees it; false where that was all. Never called twice at once. */
        boolean look(Head head, RecentEvents recent) throws Exception;

        /** The server ends. */
        void stop();
    }

    private record Watching(Watcher watcher, AtomicBoolean busy) {}

    private record Watched(RecentEvents recent, Map<Watcher, Watching> watchers) {}

    private final EventLog log;
    private final Duration tick;
    private final int most;
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private ScheduledExecutorService clock;
    private ExecutorService pool;
    private volatile boolean running;

    RunWatch(
            EventLog log,
            @Value("${kappa.watch.tick:100ms}") Duration tick,
            Limits limits) {
        this.log = log;
        this.tick = tick;
        this.most = limits.eventClients();
    }

    /** Calls a watcher from now on, until it has seen all or {@link #forget} is called. */
    public void watch(String run, Watcher watcher) {
        if (!running) {
            throw Fault.resources("draining", "the server is about to end");
        }
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            throw Fault.resources("too_many_watchers", most + " clients follow runs already, as many as may (kappa.limits.event-clients)");
        }
        watched.compute(run, (id, there) -> {
            Watched entry = there == null ? new Watched(new RecentEvents(log, id), new ConcurrentHashMap<>()) : there;
            entry.watchers().put(watcher, new Watching(watcher, new AtomicBoolean()));
            return entry;
        });
    }

    /** Calls it no more. */
    public void forget(String run, Watcher watcher) {
        watched.computeIfPresent(run, (id, entry) -> {
            if (entry.watchers().remove(watcher) != null) {
                count.decrementAndGet();
            }
            return entry.watchers().isEmpty() ? null : entry;
        });
    }

    private void tick() {
        try {
            if (!watched.isEmpty()) {
                log.heads(List.copyOf(watched.keySet())).forEach(this::tell);
            }
        } catch (RuntimeException e) {
            LOG.debug("Runs cannot be watched now", e);
        }
    }

    private void tell(String run, Head head) {
        Watched entry = watched.get(run);
        if (entry == null) {
            return;
        }
        for (Watching watching : entry.watchers().values()) {
            if (!watching.busy().get() && watching.watcher().isDue(head) && watching.busy().compareAndSet(false, true)) {
                pool.execute(() -> look(run, head, entry, watching));
            }
        }
    }

    private void look(String run, Head head, Watched entry, Watching watching) {
        boolean goOn = false;
        try {
            goOn = watching.watcher().look(head, entry.recent());
        } catch (Exception e) {
            LOG.debug("Someone who followed run {} is gone", run, e);
        } finally {
            watching.busy().set(false);
            if (!goOn) {
                forget(run, watching.watcher());
            }
        }
    }

    @Override
    public void start() {
        clock = Executors.newSingleThreadScheduledExecutor(work -> thread(work, "run-watch"));
        pool = Executors.newFixedThreadPool(THREADS, work -> thread(work, "run-watchers"));
        clock.scheduleWithFixedDelay(this::tick, 0, tick.toMillis(), TimeUnit.MILLISECONDS);
        running = true;
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void stop() {
        running = false;
        clock.shutdownNow();
        pool.shutdown();
        watched.values().forEach(entry -> entry.watchers().keySet().forEach(Watcher::stop));
        watched.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
