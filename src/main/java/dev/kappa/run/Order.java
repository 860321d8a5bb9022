package dev.kappa.run;

import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;

/**
 * The order in which blocks are measured. Each has a fixed moment, and the earliest goes first:
 *
 * <pre>moment = submitted − priority · step + index · step</pre>
 *
 * So a step of priority, a step of waiting and a block that the run has had already weigh the same. Later runs have
 * later moments, whatever their priority, so none waits for ever; and a long run that is under way lets short ones
 * pass, but under any load gets a block in each step of time.
 */
@Component
class Order {
    private final Duration step;

    Order(EngineSettings settings) {
        this.step = settings.orderStep();
    }

    /** The block's moment; all are shifted so far into the past that each is due at once where a lane is free. */
    Instant moment(Run run, int index) {
        long steps = (long) index - run.priority() - Submission.HIGHEST_PRIORITY - Submission.MOST_BLOCKS;
        return run.createdAt().plus(step.multipliedBy(steps));
    }

    /** What {@link #SQL} needs. */
    double stepSeconds() {
        return step.toMillis() / 1e3;
    }

    /** Puts the run table in the order of its runs' first blocks; takes the parameter {@code step}. */
    static final String SQL = "created_at - priority * make_interval(secs => :step)";
}
