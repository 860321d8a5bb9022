package dev.kappa.page;

/** The address of a page names something that is not there. */
final class NotThere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotThere(String message) {
        super(message);
    }
}
