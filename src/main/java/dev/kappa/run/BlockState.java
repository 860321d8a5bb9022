package dev.kappa.run;

/** Where a block stands. */
public enum BlockState {
    /** Not measured: never claimed, handed back, or to be tried again. */
    WAITING,
    /** Claimed by a worker. */
    RUNNING,
    /** Its tally is stored. */
    DONE,
    /** Its last attempt failed and the run with it. */
    FAILED
}
