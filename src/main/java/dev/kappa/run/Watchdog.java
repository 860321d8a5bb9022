package dev.kappa.run;

import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.RunStates.Cause;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Has an eye on the blocks that are measured here. It gives up those that get no further, although their process beats: a
 * load or a batch that takes longer than the bound. Its thread cannot be ended from outside, so the process must be
 * replaced.
 */
@Component
class Watchdog {
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final BlockClaims claims;
    private final Fitness fitness;
    private final Duration bound;
    private final long longestLookNanos;
    private long last = System.nanoTime();

    Watchdog(
            BlockClaims claims,
            Fitness fitness,
            EngineSettings settings,
            @Value(Chores.LOOK_INTERVAL) Duration lookInterval) {
        this.claims = claims;
        this.fitness = fitness;
        this.bound = settings.stallLimit();
        this.longestLookNanos = lookInterval.multipliedBy(2).toNanos();
    }

    /** One attempt at a block, from its claim to its end. */
    final class Watch implements AutoCloseable {
        private final Claim claim;
        private final AtomicLong silent = new AtomicLong();
        private volatile boolean wanted = true;

        private Watch(Claim claim) {
            this.claim = claim;
        }

        /** It got further. */
        void alive() {
            silent.set(0);
        }

        /** False as soon as this server has ended the run; what another one did only the database knows. */
        boolean isWanted() {
            return wanted;
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    Watch watch(Claim claim) {
        Watch watch = new Watch(claim);
        watches.add(watch);
        return watch;
    }

    /** A block learns at its next batch that its run wants no more, not only when it next asks the database. */
    @TransactionalEventListener(fallbackExecution = true)
    void changed(RunChanged change) {
        if (!change.to().wantsBlocks()) {
            watches.stream()
                    .filter(watch -> watch.claim.run().id().equals(change.run()))
                    .forEach(watch -> watch.wanted = false);
        }
    }

    /**
     * Called at intervals. A process that was halted has not looked: then no block is to blame for the time that has
     * passed.
     */
    void look() {
        long now = System.nanoTime();
        long passed = Math.min(now - last, longestLookNanos);
        last = now;
        for (Watch watch : watches) {
            if (watch.silent.addAndGet(passed) > bound.toNanos() && watches.remove(watch)) {
                String detail = "block " + watch.claim.index() + " got no further for " + bound.toSeconds()
                        + " s (kappa.engine.stall-limit)";
                fitness.lost(detail);
                claims.giveUp(watch.claim, new Cause(StateReason.STALLED, "block_stalled", detail));
            }
        }
    }
}
