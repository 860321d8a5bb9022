package dev.kappa.run;

import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.RunStates.Cause;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Gives up blocks that get no further, although their process beats: a load or a batch that takes longer than the
 * bound. Its thread cannot be ended from outside, so the process must be replaced.
 */
@Component
class Watchdog {
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final BlockClaims claims;
    private final Fitness fitness;
    private final Duration bound;

    Watchdog(BlockClaims claims, Fitness fitness, EngineSettings settings) {
        this.claims = claims;
        this.fitness = fitness;
        this.bound = settings.stallLimit();
    }

    /** One attempt at a block, from its claim to its end. */
    final class Watch implements AutoCloseable {
        private final Claim claim;
        private volatile long last = System.nanoTime();

        private Watch(Claim claim) {
            this.claim = claim;
        }

        /** It got further. */
        void alive() {
            last = System.nanoTime();
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

    /** Called from time to time. */
    void look() {
        long now = System.nanoTime();
        for (Watch watch : watches) {
            if (now - watch.last > bound.toNanos() && watches.remove(watch)) {
                String detail = "block " + watch.claim.index() + " got no further for " + bound.toSeconds()
                        + " s (kappa.engine.stall-limit)";
                fitness.lost(detail);
                claims.giveUp(watch.claim, new Cause(StateReason.STALLED, "block_stalled", detail));
            }
        }
    }
}
