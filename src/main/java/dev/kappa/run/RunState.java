package dev.kappa.run;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Where a run stands, in the order of its life. */
public enum RunState {
    /** Accepted; no block has been claimed. */
    QUEUED(false),
    /** The first block is claimed; what it needs is being loaded. */
    LOADING(false),
    /** Blocks are measured. */
    RUNNING(false),
    /** All tallies are in; findings are computed from them. */
    CONCLUDING(false),
    /** No longer wanted; blocks that are being measured stop at their next batch. */
    CANCELLING(false),
    /** Its findings are there. */
    SUCCEEDED(true),
    /** It ended without findings; the run says why. */
    FAILED(true),
    /** It ended because someone asked for that. */
    CANCELLED(true);

    private static final Map<RunState, Set<RunState>> NEXT = Map.of(
            QUEUED, EnumSet.of(LOADING, FAILED, CANCELLED),
            LOADING, EnumSet.of(RUNNING, CANCELLING, FAILED),
            RUNNING, EnumSet.of(CONCLUDING, CANCELLING, FAILED),
            CONCLUDING, EnumSet.of(SUCCEEDED, CANCELLING, FAILED),
            CANCELLING, EnumSet.of(CANCELLED),
            SUCCEEDED, EnumSet.noneOf(RunState.class),
            FAILED, EnumSet.noneOf(RunState.class),
            CANCELLED, EnumSet.noneOf(RunState.class));

    private final boolean terminal;

    RunState(boolean terminal) {
        this.terminal = terminal;
    }

    /** True where nothing will change any more. */
    public boolean isTerminal() {
        return terminal;
    }

    public boolean canBecome(RunState next) {
        return NEXT.get(this).contains(next);
    }

    /** True while blocks may be measured. */
    boolean wantsBlocks() {
        return this == QUEUED || this == LOADING || this == RUNNING;
    }
}
