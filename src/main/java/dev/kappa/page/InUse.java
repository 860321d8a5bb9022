package dev.kappa.page;

/** What was asked for would take something away from a run. */
final class InUse extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InUse(String message) {
        super(message);
    }
}
