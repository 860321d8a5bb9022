package dev.kappa.run;

import java.util.List;

/** A well-formed request that asks the impossible: every reason, with its place in the body. */
public final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param pointer JSON pointer into the body; empty where the place is not known
     * @param code stable, snake_case
     * @param detail names the value and what would be accepted
     */
    public record Reason(String pointer, String code, String detail) {}

    private final transient List<Reason> reasons;

    Rejection(List<Reason> reasons) {
        super(reasons.get(0).detail());
        this.reasons = List.copyOf(reasons);
    }

    Rejection(String pointer, String code, String detail) {
        this(List.of(new Reason(pointer, code, detail)));
    }

    public List<Reason> reasons() {
        return reasons;
    }
}
