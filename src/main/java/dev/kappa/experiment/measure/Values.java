package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.Span;
import dev.kappa.tensor.Scope;
import java.util.Arrays;

/** Values of objectives under changes at hooks, without a graph. */
public final class Values {
    private Values() {}

    /** m of a batch, with the given changes. */
    public static double of(Scope scope, LanguageModel model, NDArray tokens, Hooks changes, Objective objective) {
        try (Scope inner = scope.child()) {
            NDArray start = inner.keep(tokens.duplicate());
            int length = (int) tokens.getShape().get(1);
            NDArray residual = inner.keep(model.blocks(
                    model.embed(start, changes),
                    0,
                    model.architecture().layers(),
                    changes,
                    Span.readFrom(objective.firstPosition(length))));
            return Arrays.stream(new Readout(model, length).terms(residual, objective)).sum();
        }
    }
}
