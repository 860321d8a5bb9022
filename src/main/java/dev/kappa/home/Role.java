package dev.kappa.home;

/** What a server does, as {@code kappa.role} says. */
public enum Role {
    /** Answers requests and measures blocks. */
    ALL,
    /** Answers requests; it has no device, and others measure. */
    API,
    /** Measures blocks; of requests it answers those for its health and metrics alone. */
    WORKER
}
