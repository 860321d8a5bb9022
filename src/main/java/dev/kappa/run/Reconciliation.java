package dev.kappa.run;

import dev.kappa.run.Tasks.BlockId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Once after the start: every run that has not ended is owned by tasks. State and task are written together,
 * so this finds something only where rows were lost outside this program, such as in a partial restore.
 */
@Component
class Reconciliation {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    /** Blocks that should have a task: those that wait for a worker, and those whose worker must give them up. */
    private static final String BLOCKS_WITHOUT_TASK =
            """
            select block.run_id, block.index from block join run on run.id = block.run_id
            where (run.state in ('QUEUED', 'LOADING', 'RUNNING') and block.state in ('WAITING', 'RUNNING')
                    and (not run.sequential or not exists (select 1 from block earlier
                        where earlier.run_id = block.run_id and earlier.index < block.index and earlier.state <> 'DONE'))
                or run.state = 'CANCELLING' and block.state = 'RUNNING')
              and not exists (select 1 from scheduled_tasks
                where task_name = 'block' and task_instance = block.run_id || '/' || block.index)
            order by block.run_id, block.index""";

    private static final String CONCLUSIONS_WITHOUT_TASK =
            """
            select id from run where state = 'CONCLUDING' and not exists (select 1 from scheduled_tasks
                where task_name = 'conclude' and task_instance = run.id)""";

    private final JdbcClient jdbc;
    private final RunRows runs;
    private final Tasks tasks;

    Reconciliation(JdbcClient jdbc, RunRows runs, Tasks tasks) {
        this.jdbc = jdbc;
        this.runs = runs;
        this.tasks = tasks;
    }

    @EventListener(ApplicationReadyEvent.class)
    void run() {
        List<BlockId> blocks = jdbc.sql(BLOCKS_WITHOUT_TASK)
                .query((row, number) -> new BlockId(row.getString(1), row.getInt(2)))
                .list();
        List<String> conclusions =
                jdbc.sql(CONCLUSIONS_WITHOUT_TASK).query(String.class).list();
        if (blocks.isEmpty() && conclusions.isEmpty()) {
            return;
        }
        LOG.warn("{} blocks and {} conclusions had no task; they have now", blocks.size(), conclusions.size());
        blocks.forEach(block -> runs.find(block.run())
                .ifPresent(run -> tasks.blocks(run, block.index(), block.index() + 1)));
        conclusions.forEach(tasks::conclude);
        tasks.wake();
    }
}
