package dev.kappa.run;

import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.Watchdog.Watch;
import java.util.function.DoublePredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Between two batches: writes progress, and reads whether the block is still wanted. The database is asked
 * only so often; one that does not answer stops no computation.
 */
final class Reporter implements DoublePredicate {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

    /** Events are kept; reports replace one another. */
    private static final long ANNOUNCED_EVERY = 1_000_000_000;

    /** Asking a database that is away takes the pool's patience each time. */
    private static final long REST_NANOS = 10_000_000_000L;

    private final BlockClaims claims;
    private final Claim claim;
    private final Drain drain;
    private final Watch watch;
    private final long interval;
    private long last = System.nanoTime();
    private long lastAnnounced = last;

    Reporter(BlockClaims claims, Claim claim, Drain drain, Watch watch, EngineSettings settings) {
        this.claims = claims;
        this.claim = claim;
        this.drain = drain;
        this.watch = watch;
        this.interval = settings.progressInterval().toNanos();
    }

    @Override
    public boolean test(double fraction) {
        watch.alive();
        if (drain.isDraining() || !watch.isWanted()) {
            return false;
        }
        long now = System.nanoTime();
        if (now - last < interval) {
            return true;
        }
        last = now;
        try {
            boolean wanted = claims.report(claim, Math.max(0, Math.min(1, fraction)));
            if (wanted && now - lastAnnounced >= ANNOUNCED_EVERY) {
                lastAnnounced = now;
                claims.announce(claim);
            }
            return wanted;
        } catch (DataAccessException | TransactionException e) {
            LOG.debug("Progress of {} is not written", claim, e);
            last = System.nanoTime() + REST_NANOS;
            return true;
        }
    }
}
