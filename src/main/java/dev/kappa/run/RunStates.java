package dev.kappa.run;

import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The only writer of a run's state: each change names the state it comes from inside the UPDATE, and the
 * loser of a race is told so. Decisions that read more than the state take the run's row lock first.
 */
@Component
class RunStates {
    /** Why a run changes; all empty in the ordinary course. */
    record Cause(StateReason reason, String code, String detail) {
        static final Cause NONE = new Cause(null, null, null);
    }

    private final JdbcClient jdbc;
    private final ApplicationEventPublisher events;

    RunStates(JdbcClient jdbc, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.events = events;
    }

    /** False where the run was no longer in {@code from}; asking for what the table forbids is a mistake here. */
    boolean move(String run, RunState from, RunState to, Cause cause) {
        if (!from.canBecome(to)) {
            throw new IllegalStateException("a run that is " + from + " cannot become " + to);
        }
        boolean moved = jdbc.sql(
                                """
                                update run set state = :to, state_reason = :reason, code = :code, detail = :detail,
                                    started_at = case when :to = 'LOADING' then clock_timestamp() else started_at end,
                                    finished_at = case when :terminal then clock_timestamp() end,
                                    cancel_requested_at = case when :to = 'CANCELLING' then clock_timestamp()
                                        else cancel_requested_at end
                                where id = :run and state = :from""")
                        .param("to", to.name())
                        .param("reason", cause.reason() == null ? null : cause.reason().name())
                        .param("code", cause.code())
                        .param("detail", cause.detail())
                        .param("terminal", to.isTerminal())
                        .param("run", run)
                        .param("from", from.name())
                        .update()
                == 1;
        if (moved) {
            events.publishEvent(new RunChanged(run, from, to));
        }
        return moved;
    }

    /** The state, held until the transaction ends. */
    @Transactional(propagation = Propagation.MANDATORY)
    public RunState lock(String run) {
        return jdbc.sql("select state from run where id = :run for update")
                .param("run", run)
                .query((row, number) -> RunState.valueOf(row.getString(1)))
                .single();
    }

    /** Ends a run without findings, unless it has ended or is being cancelled. */
    @Transactional
    public void fail(String run, Cause cause) {
        RunState state = lock(run);
        if (state == RunState.CANCELLING) {
            settle(run);
        } else if (!state.isTerminal()) {
            move(run, state, RunState.FAILED, cause);
        }
    }

    /** Asks for the end of a run: at once where no block is being measured; nothing where it has ended. */
    @Transactional
    public void cancel(String run) {
        RunState state = lock(run);
        Cause cause = new Cause(StateReason.USER, null, "cancelled on request");
        if (state == RunState.QUEUED) {
            move(run, state, RunState.CANCELLED, cause);
        } else if (state.canBecome(RunState.CANCELLING)) {
            move(run, state, RunState.CANCELLING, cause);
            settle(run);
        }
    }

    /** CANCELLING becomes CANCELLED once no block is measured; the caller holds the lock. */
    void settle(String run) {
        Optional<Integer> measured = jdbc.sql("select 1 from block where run_id = :run and state = 'RUNNING' limit 1")
                .param("run", run)
                .query(Integer.class)
                .optional();
        if (measured.isEmpty()) {
            move(
                    run,
                    RunState.CANCELLING,
                    RunState.CANCELLED,
                    new Cause(StateReason.USER, null, "cancelled on request"));
        }
    }
}
