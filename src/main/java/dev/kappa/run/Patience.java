package dev.kappa.run;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.orm.jpa.JpaSystemException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** Repeats a write while the database is away, so that what was computed is not lost with it. */
final class Patience {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final long PAUSE_MILLIS = 250;

    private Patience() {}

    static <T> T with(Duration bound, Supplier<T> write) {
        long end = System.nanoTime() + bound.toNanos();
        while (true) {
            try {
                return write.get();
            } catch (RuntimeException e) {
                if (!isDatabaseAway(e) || System.nanoTime() > end) {
                    throw e;
                }
                LOG.warn("The database does not answer; trying again: {}", e.getMessage());
                pause();
            }
        }
    }

    /** Whether the database did not answer, which says nothing about what was asked of it. */
    static boolean isDatabaseAway(Throwable thrown) {
        return thrown instanceof TransientDataAccessException
                || thrown instanceof NonTransientDataAccessResourceException
                || thrown instanceof CannotCreateTransactionException
                || thrown instanceof TransactionSystemException
                || thrown instanceof JpaSystemException
                        // What a session that breaks within a transaction comes to: its rollback fails too.
                        && Causes.any(thrown.getCause(), SQLException.class::isInstance);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryTimeoutException("interrupted while waiting for the database", e);
        }
    }
}
