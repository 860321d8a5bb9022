package dev.kappa.run;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** What every server does from time to time. A database that is away is waited for. */
@Component
@EnableScheduling
class Chores {
    private static final Logger LOG = LoggerFactory.getLogger(Chores.class);

    static final String LOOK_INTERVAL = "${kappa.engine.look-interval:1s}";

    private final Deadlines deadlines;
    private final Watchdog watchdog;
    private final Retention retention;
    private final Orphans orphans;

    Chores(Deadlines deadlines, Watchdog watchdog, Retention retention, Orphans orphans) {
        this.deadlines = deadlines;
        this.watchdog = watchdog;
        this.retention = retention;
        this.orphans = orphans;
    }

    @Scheduled(fixedDelayString = LOOK_INTERVAL)
    void look() {
        quietly(watchdog::look);
        quietly(deadlines::look);
    }

    @Scheduled(fixedDelayString = "${kappa.retention.interval:10m}")
    void tidy() {
        quietly(retention::look);
        quietly(orphans::sweep);
    }

    private static void quietly(Runnable chore) {
        try {
            chore.run();
        } catch (RuntimeException e) {
            if (!Patience.isDatabaseAway(e)) {
                throw e;
            }
            LOG.debug("Later: {}", e.getMessage());
        }
    }
}
