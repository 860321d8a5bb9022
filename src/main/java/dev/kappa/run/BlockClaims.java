package dev.kappa.run;

import dev.kappa.run.RunStates.Cause;
import dev.kappa.run.Tasks.BlockId;
import dev.kappa.store.StoredTally;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Who measures a block. Each claim has a new attempt number, and every later write carries it: a worker that
 * was thought dead finds no row to write to, and discards what it has.
 */
@Component
class BlockClaims {
    private static final String FENCE = " where run_id = :run and index = :index and attempt = :attempt and state = 'RUNNING'";

    /** The right to measure a block, until someone else claims it. */
    record Claim(Run run, int index, int attempt) {
        @Override
        public String toString() {
            return "block " + index + " of run " + run.id() + " (attempt " + attempt + ")";
        }
    }

    private final JdbcClient jdbc;
    private final RunRows runs;
    private final RunStates states;
    private final Tasks tasks;
    private final EventLog events;
    private final Software software;
    private final EngineSettings settings;
    private final RunMeters meters;

    BlockClaims(
            JdbcClient jdbc,
            RunRows runs,
            RunStates states,
            Tasks tasks,
            EventLog events,
            Software software,
            EngineSettings settings,
            RunMeters meters) {
        this.jdbc = jdbc;
        this.runs = runs;
        this.states = states;
        this.tasks = tasks;
        this.events = events;
        this.software = software;
        this.settings = settings;
        this.meters = meters;
    }

    /**
     * Claims a block; empty where its tally is there or its run is not wanted. A block that is still marked as
     * being measured lost its process: that counts as a failure, and too many of them fail the run.
     */
    @Transactional
    public Optional<Claim> claim(BlockId id) {
        RunState state = states.lock(id.run());
        if (!state.wantsBlocks()) {
            release(id);
            return Optional.empty();
        }
        record Attempt(int attempt, int failures, boolean lost) {}
        Optional<Attempt> attempt = jdbc.sql(
                        """
                        with before as (select state = 'RUNNING' as lost from block where run_id = :run and index = :index)
                        update block set attempt = attempt + 1, failures = failures + lost::int,
                            error = case when lost then 'its process ended' else error end,
                            state = 'RUNNING', progress = 0, started_at = clock_timestamp()
                        from before
                        where run_id = :run and index = :index and state <> 'DONE'
                        returning attempt, failures, lost""")
                .param("run", id.run())
                .param("index", id.index())
                .query((row, number) -> new Attempt(row.getInt(1), row.getInt(2), row.getBoolean(3)))
                .optional();
        if (attempt.isEmpty()) {
            return Optional.empty();
        }
        if (attempt.get().lost()) {
            meters.leaseLost();
        }
        if (attempt.get().failures() >= settings.attempts()) {
            failBlock(id);
            states.fail(
                    id.run(),
                    new Cause(
                            StateReason.CRASHED,
                            "block_crashed",
                            "the process ended " + attempt.get().failures() + " times while block " + id.index()
                                    + " was being measured"));
            return Optional.empty();
        }
        if (state == RunState.QUEUED) {
            states.move(id.run(), RunState.QUEUED, RunState.LOADING, Cause.NONE);
        }
        if (attempt.get().attempt() > 1) {
            meters.resumed();
        }
        return runs.find(id.run()).map(run -> new Claim(run, id.index(), attempt.get().attempt()));
    }

    /** What the block needs is loaded; false where the run is no longer wanted. */
    @Transactional
    public boolean loaded(Claim claim, String device) {
        RunState state = states.lock(claim.run().id());
        if (state == RunState.LOADING) {
            states.move(claim.run().id(), RunState.LOADING, RunState.RUNNING, Cause.NONE);
        }
        return state.wantsBlocks()
                && fenced("update block set device = :device, software = :software", claim)
                                .param("device", device)
                                .param("software", software.json())
                                .update()
                        == 1;
    }

    /** Reports progress; false where the claim was lost or the run is no longer wanted. */
    boolean report(Claim claim, double fraction) {
        return fenced(
                        "with mine as (update block set progress = :fraction",
                        " returning run_id) select state from run join mine on mine.run_id = run.id",
                        claim)
                .param("fraction", fraction)
                .query((row, number) -> RunState.valueOf(row.getString(1)).wantsBlocks())
                .optional()
                .orElse(false);
    }

    /** Tells those who follow the run how far it is. */
    void announce(Claim claim) {
        events.progress(claim.run().id());
    }

    /** The block is done; what follows is scheduled: the next block of a sequence, or the conclusion. */
    @Transactional
    public void close(Claim claim, StoredTally tally) {
        String run = claim.run().id();
        RunState state = states.lock(run);
        if (!state.wantsBlocks()) {
            release(new BlockId(run, claim.index()));
            return;
        }
        boolean closed = fenced("update block set state = 'DONE', progress = 1, finished_at = clock_timestamp(), error = null,"
                                + " tally_hash = :hash, tally_bytes = :bytes", claim)
                        .param("hash", tally.hash())
                        .param("bytes", tally.bytes())
                        .update()
                == 1;
        if (!closed) {
            return;
        }
        events.progress(run);
        if (allDone(run)) {
            states.move(run, state, RunState.CONCLUDING, Cause.NONE);
            tasks.conclude(run);
        } else if (claim.run().sequential()) {
            tasks.blocks(claim.run(), claim.index() + 1, claim.index() + 2);
        }
    }

    /**
     * Gives a block back without a tally; true where it is to be measured again.
     *
     * @param why shown with the block; null where that is of no interest
     */
    @Transactional
    public boolean handBack(Claim claim, String why) {
        RunState state = states.lock(claim.run().id());
        boolean mine = fenced("update block set state = 'WAITING', progress = 0, device = null, error = coalesce(:why, error)", claim)
                        .param("why", why)
                        .update()
                == 1;
        if (state == RunState.CANCELLING) {
            states.settle(claim.run().id());
        }
        return mine && state.wantsBlocks();
    }

    /** Counts a failure; the number of failures so far, or 0 where the claim was lost or the run is not wanted. */
    @Transactional
    public int charge(Claim claim, Cause cause) {
        return count(claim, cause, "failures = failures + 1", "failures");
    }

    /**
     * The block's device broke, which is not charged as a failure; but a block that has broken as many devices as it
     * may fail would break the next one too, and fails its run. True where it is to be measured again.
     */
    @Transactional
    public boolean loseDevice(Claim claim, Cause cause) {
        int losses = count(claim, cause, "device = null, device_losses = device_losses + 1", "device_losses");
        return losses > 0 && losses < settings.attempts();
    }

    /** Counts one more in a column of the block, and fails its run where that is as often as it is tried. */
    private int count(Claim claim, Cause cause, String change, String column) {
        RunState state = states.lock(claim.run().id());
        Optional<Integer> counted = fenced(
                        "update block set progress = 0, error = :error, " + change + ", state = case when " + column
                                + " + 1 >= :attempts then 'FAILED' else 'WAITING' end",
                        " returning " + column,
                        claim)
                .param("error", cause.detail())
                .param("attempts", settings.attempts())
                .query(Integer.class)
                .optional();
        counted.ifPresent(number -> events.log(claim.run().id(), claim.index(), cause.detail()));
        if (counted.filter(number -> number >= settings.attempts()).isPresent()) {
            states.fail(claim.run().id(), cause);
        } else if (state == RunState.CANCELLING) {
            states.settle(claim.run().id());
        }
        return state.wantsBlocks() ? counted.orElse(0) : 0;
    }

    /** Takes a block from a thread of this process that does not give it back; counted as a failure. */
    @Transactional
    public void giveUp(Claim claim, Cause cause) {
        int failures = charge(claim, cause);
        if (failures > 0) {
            tasks.release(new BlockId(claim.run().id(), claim.index()));
        }
    }

    /** Fails the block and its run at once: trying again cannot help. */
    @Transactional
    public void fail(Claim claim, Cause cause) {
        states.lock(claim.run().id());
        if (fenced("update block set state = 'FAILED', failures = failures + 1, error = :error", claim)
                        .param("error", cause.detail())
                        .update()
                == 1) {
            states.fail(claim.run().id(), cause);
        }
    }

    private boolean allDone(String run) {
        return jdbc.sql("select 1 from block where run_id = :run and state <> 'DONE' limit 1")
                .param("run", run)
                .query(Integer.class)
                .optional()
                .isEmpty();
    }

    /** A block of a run that wants none is nobody's any more. */
    private void release(BlockId id) {
        jdbc.sql("update block set state = 'WAITING', progress = 0 where run_id = :run and index = :index and state = 'RUNNING'")
                .param("run", id.run())
                .param("index", id.index())
                .update();
        if (states.lock(id.run()) == RunState.CANCELLING) {
            states.settle(id.run());
        }
    }

    private void failBlock(BlockId id) {
        jdbc.sql("update block set state = 'FAILED' where run_id = :run and index = :index")
                .param("run", id.run())
                .param("index", id.index())
                .update();
    }

    private JdbcClient.StatementSpec fenced(String update, Claim claim) {
        return fenced(update, "", claim);
    }

    private JdbcClient.StatementSpec fenced(String update, String returning, Claim claim) {
        return jdbc.sql(update + FENCE + returning)
                .param("run", claim.run().id())
                .param("index", claim.index())
                .param("attempt", claim.attempt());
    }
}
