package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.tensor.Scope;

/** Activations alone: the pass stops at the block of the hook, and nothing is recorded. */
public final class Activations {
    private Activations() {}

    /** x at a hook, [batch, position, width], in {@code scope}. */
    public static NDArray at(Scope scope, LanguageModel model, NDArray tokens, HookPoint hook) {
        NDArray[] found = new NDArray[1];
        Hooks reading = Hooks.none().with(hook, x -> {
            found[0] = scope.keep(x.duplicate());
            return x;
        });
        try (Scope inner = scope.child()) {
            NDArray embedded = model.embed(inner.keep(tokens.duplicate()), reading);
            if (found[0] == null) {
                model.blocks(embedded, 0, hook.layer() + 1, reading);
            }
        }
        return found[0];
    }
}
