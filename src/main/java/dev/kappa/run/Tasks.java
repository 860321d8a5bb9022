package dev.kappa.run;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Hands work to the engine. Called inside a transaction, the tasks appear when it commits. A task carries ids
 * only; everything else is read from the rows when it starts.
 */
@Component
class Tasks {
    /** One block of a run. */
    record BlockId(String run, int index) {
        @Override
        public String toString() {
            return run + "/" + index;
        }
    }

    /** A run whose tallies are all in. */
    record RunId(String run) {}

    static final TaskDescriptor<BlockId> BLOCK = TaskDescriptor.of("block", BlockId.class);
    static final TaskDescriptor<RunId> CONCLUDE = TaskDescriptor.of("conclude", RunId.class);

    /** Above every priority that a user may give: whoever waits for findings waits no longer than for one block. */
    private static final int CONCLUDE_PRIORITY = 1_000;

    /** Blocks are due a little before the run was made, one after the other, so that they start in their order. */
    private static final int BEFORE_MILLIS = 20;

    private final ObjectProvider<Scheduler> scheduler;

    Tasks(ObjectProvider<Scheduler> scheduler) {
        this.scheduler = scheduler;
    }

    /** Blocks {@code from} (inclusive) to {@code to} (exclusive). */
    void blocks(Run run, int from, int to) {
        List<SchedulableInstance<?>> instances = new ArrayList<>(to - from);
        for (int index = from; index < to; index++) {
            BlockId id = new BlockId(run.id(), index);
            instances.add(BLOCK.instance(id.toString())
                    .data(id)
                    .priority(run.priority())
                    .scheduledTo(run.createdAt().minusMillis(BEFORE_MILLIS).plus(index, ChronoUnit.MICROS)));
        }
        scheduler.getObject().scheduleBatch(instances);
    }

    void conclude(String run) {
        scheduler.getObject()
                .scheduleIfNotExists(CONCLUDE.instance(run)
                        .data(new RunId(run))
                        .priority(CONCLUDE_PRIORITY)
                        .scheduledTo(Instant.now()));
    }

    /** Lets the engine look for work now rather than at its next poll. */
    void wake() {
        scheduler.getObject().triggerCheckForDueExecutions();
    }
}
