package dev.kappa.stats;

import dev.kappa.fault.Fault;

/** Refusals that several statistics share; each names the offending value. */
final class Checks {
    private Checks() {}

    static void finite(String what, double[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw Fault.user("not_finite", what + " must be finite; number " + i + " is " + values[i]);
            }
        }
    }

    static void sameLength(String what, double[] a, double[] b) {
        if (a.length != b.length) {
            throw Fault.user(
                    "length_mismatch", what + " must have equal lengths, not " + a.length + " and " + b.length);
        }
    }

    static void atLeast(String what, long value, long least) {
        if (value < least) {
            throw Fault.user("too_few", what + " must be at least " + least + ", not " + value);
        }
    }

    /** A probability strictly between 0 and 1. */
    static void openUnit(String what, double value) {
        if (!(value > 0 && value < 1)) {
            throw Fault.user("out_of_range", what + " must be between 0 and 1, both excluded, not " + value);
        }
    }

    static void closedUnit(String what, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw Fault.user("out_of_range", what + " must be between 0 and 1, not " + value);
        }
    }
}
