package dev.kappa.transfer;

/** More bytes than are accepted. */
public final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLarge(String detail) {
        super(detail);
    }
}
