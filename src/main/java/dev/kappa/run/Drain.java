package dev.kappa.run;

import com.github.kagkarlsson.scheduler.Scheduler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The token that asks blocks to stop because the server does, or can measure no more: they are handed back at their next batch, which
 * is not counted against them. Threads are never interrupted for it.
 */
@Component
class Drain implements SmartLifecycle {
    private final ObjectProvider<Scheduler> scheduler;
    private volatile boolean started;
    private volatile boolean draining;

    Drain(ObjectProvider<Scheduler> scheduler) {
        this.scheduler = scheduler;
    }

    /** From now on nothing is begun here. */
    void begin() {
        draining = true;
        scheduler.ifAvailable(Scheduler::pause);
    }

    boolean isDraining() {
        return draining;
    }

    @Override
    public void start() {
        started = true;
    }

    @Override
    public void stop() {
        begin();
        started = false;
    }

    @Override
    public boolean isRunning() {
        return started;
    }
}
