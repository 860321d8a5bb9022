package dev.kappa.fault;

/** Who can do something about a {@link Fault}. Status codes, retries and metric tags derive from it. */
public enum Category {
    /** The request or a file it names is wrong; sending it again cannot help. */
    USER,
    /** The machine has not enough of something now; later or elsewhere it may do. */
    RESOURCES,
    /** Something outside this process (a hub, a disk, a database) failed. */
    EXTERNAL,
    /** A mistake in this program. */
    INTERNAL
}
