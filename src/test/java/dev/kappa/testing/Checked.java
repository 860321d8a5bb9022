package dev.kappa.testing;

import static org.junit.jupiter.api.Assumptions.abort;

/** What a test needs that not every machine has: where it is missing, the test is skipped and a line says why. */
public final class Checked {
    private Checked() {}

    /** @param why what is not checked, and what is missing */
    public static void where(boolean there, String why) {
        if (!there) {
            System.out.println("not checked: " + why);
            abort(why);
        }
    }
}
