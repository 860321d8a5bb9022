package dev.kappa.run;

/** A request that the present state of a run does not allow; later it may be another one. */
public final class Conflict extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public Conflict(String code, String detail) {
        super(detail);
        this.code = code;
    }

    /** Stable, snake_case. */
    public String code() {
        return code;
    }
}
