package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Shapes;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;

/** Checks that a dictionary reads what a hook gives. */
final class Widths {
    private Widths() {}

    static void check(Shapes shapes, HookPoint hook, String sae) {
        int width = shapes.architecture().width(hook);
        int dIn = shapes.sae(sae).dIn();
        if (dIn != width) {
            throw Fault.user(
                    "sae_width_mismatch",
                    "SAE '" + sae + "' reads activations of width " + dIn + ", but hook '" + hook + "' of this model has width "
                            + width);
        }
    }
}
