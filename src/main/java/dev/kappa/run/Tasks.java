package dev.kappa.run;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
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

    /** Nobody has the task any more. */
    static final String RELEASED = "picked = false, picked_by = null, last_heartbeat = null, version = version + 1";

    /** Before all blocks: whoever waits for findings waits no longer than for one block. */
    private static final int CONCLUDE_PRIORITY = 1_000;

    private final ObjectProvider<Scheduler> scheduler;
    private final Order order;
    private final DatabaseClock clock;
    private final JdbcClient jdbc;

    Tasks(ObjectProvider<Scheduler> scheduler, Order order, DatabaseClock clock, JdbcClient jdbc) {
        this.scheduler = scheduler;
        this.order = order;
        this.clock = clock;
        this.jdbc = jdbc;
    }

    /** Blocks {@code from} (inclusive) to {@code to} (exclusive). */
    void blocks(Run run, int from, int to) {
        List<SchedulableInstance<?>> instances = new ArrayList<>(to - from);
        for (int index = from; index < to; index++) {
            BlockId id = new BlockId(run.id(), index);
            instances.add(BLOCK.instance(id.toString())
                    .data(id)
                    .priority(0)
                    .scheduledTo(order.moment(run, index)));
        }
        scheduler.getObject().scheduleBatch(instances);
    }

    void conclude(String run) {
        scheduler.getObject()
                .scheduleIfNotExists(CONCLUDE.instance(run)
                        .data(new RunId(run))
                        .priority(CONCLUDE_PRIORITY)
                        .scheduledTo(clock.now()));
    }

    /** What is put off until a later time has had its turn: then it goes before blocks that have not. */
    void putOff(TaskInstanceId task) {
        jdbc.sql("update scheduled_tasks set priority = greatest(priority, 1) where task_name = :name and task_instance = :id")
                .param("name", task.getTaskName())
                .param("id", task.getId())
                .update();
    }

    /** Takes a block's task from whoever has it; what that does with it afterwards finds no task. */
    void release(BlockId block) {
        jdbc.sql("update scheduled_tasks set " + RELEASED + ", priority = greatest(priority, 1)"
                        + " where task_name = 'block' and task_instance = :id and picked")
                .param("id", block.toString())
                .update();
    }

    /** Lets the engine look for work now rather than at its next poll. */
    void wake() {
        scheduler.getObject().triggerCheckForDueExecutions();
    }
}
