package dev.kappa.run;

import java.time.Clock;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows without tasks, so that no worker touches them. */
final class Rows {
    private static final RunIds IDS = new RunIds(Clock.systemUTC());

    private final JdbcClient jdbc;

    Rows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A run in a state, and its blocks, all waiting. */
    String run(RunState state, int blocks) {
        String id = IDS.next();
        jdbc.sql(
                        """
                        insert into run (id, experiment, parameters, seed, blocks, sequential, activation_bytes, flops,
                            priority, labels, shapes, provenance, state)
                        values (:id, 'rows', '{}', 0, :blocks, false, 0, 0, 0, '{}'::jsonb, '{}', '{}', :state)""")
                .param("id", id)
                .param("blocks", blocks)
                .param("state", state.name())
                .update();
        jdbc.sql("insert into block (run_id, index, state) select :id, i, 'WAITING' from generate_series(0, :last) i")
                .param("id", id)
                .param("last", blocks - 1)
                .update();
        return id;
    }

    RunState state(String run) {
        return RunState.valueOf(jdbc.sql("select state from run where id = :id")
                .param("id", run)
                .query(String.class)
                .single());
    }

    int tasks(String name, String instance) {
        return jdbc.sql("select count(*) from scheduled_tasks where task_name = :name and task_instance = :instance")
                .param("name", name)
                .param("instance", instance)
                .query(Integer.class)
                .single();
    }
}
