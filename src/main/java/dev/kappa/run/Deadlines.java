package dev.kappa.run;

import dev.kappa.run.RunStates.Cause;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Ends runs that were to have ended; their blocks stop at the next batch. */
@Component
class Deadlines {
    private final JdbcClient jdbc;
    private final RunStates states;

    Deadlines(JdbcClient jdbc, RunStates states) {
        this.jdbc = jdbc;
        this.states = states;
    }

    /** Called from time to time. */
    void look() {
        record Late(String run, long seconds) {}
        jdbc.sql(
                        """
                        select id, round(extract(epoch from deadline_at - created_at))::bigint from run
                        where deadline_at < clock_timestamp() and finished_at is null and state <> 'CANCELLING'""")
                .query((row, number) -> new Late(row.getString(1), row.getLong(2)))
                .list()
                .forEach(late -> states.fail(
                        late.run(),
                        new Cause(
                                StateReason.DEADLINE,
                                "deadline_exceeded",
                                "it had not ended " + late.seconds() + " s after it was submitted (deadline_seconds)")));
    }
}
