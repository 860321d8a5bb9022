package dev.kappa.run;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Whether this process can go on measuring. One that cannot says so by its liveness, hands its blocks back and takes
 * no more: whatever watches over it replaces it, and others measure meanwhile.
 */
@Component
class Fitness {
    private static final Logger LOG = LoggerFactory.getLogger(Fitness.class);

    private final ApplicationEventPublisher events;
    private final Drain drain;
    private final AtomicBoolean lost = new AtomicBoolean();

    Fitness(ApplicationEventPublisher events, Drain drain) {
        this.events = events;
        this.drain = drain;
    }

    /** There is no way back but another process. */
    void lost(String why) {
        if (lost.compareAndSet(false, true)) {
            LOG.error("This process measures no more and must be replaced: {}", why);
            drain.begin();
            AvailabilityChangeEvent.publish(events, this, LivenessState.BROKEN);
        }
    }
}
