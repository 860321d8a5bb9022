package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.Span;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import dev.kappa.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The pass from a hook on: what is before it is computed once for a batch, and every change of the hook's
 * activation costs the rest alone. A changed activation may hold any number of copies of the batch's sequences.
 */
public final class Suffix {
    private final LanguageModel model;
    private final HookPoint hook;
    private final NDArray entering;
    private final NDArray activation;

    /**
     * @param entering what enters the hook's block; read only where the hook is inside a block
     * @param activation x [batch, position, width]
     */
    private Suffix(LanguageModel model, HookPoint hook, NDArray entering, NDArray activation) {
        this.model = model;
        this.hook = hook;
        this.entering = entering;
        this.activation = activation;
    }

    /** Runs the model on a batch up to the hook; what is kept lives in {@code scope}. */
    public static Suffix of(Scope scope, LanguageModel model, NDArray tokens, HookPoint hook) {
        NDArray[] found = new NDArray[1];
        Hooks reading = Hooks.none().with(hook, x -> {
            found[0] = scope.keep(x.duplicate());
            return x;
        });
        try (Scope inner = scope.child()) {
            NDArray embedded = inner.keep(model.embed(inner.keep(tokens.duplicate()), Hooks.none()));
            if (isStream(hook)) {
                NDArray stream = model.blocks(embedded, 0, hook.firstBlock(), Hooks.none());
                return new Suffix(model, hook, null, scope.keep(stream.duplicate()));
            }
            NDArray entering = scope.keep(
                    model.blocks(embedded, 0, hook.layer(), Hooks.none()).duplicate());
            inner.keep(model.blocks(entering, hook.layer(), hook.layer() + 1, reading));
            return new Suffix(model, hook, entering, found[0]);
        }
    }

    /** True where the hook is the residual stream itself, between blocks. */
    private static boolean isStream(HookPoint hook) {
        return switch (hook.site()) {
            case EMBED, RESID_PRE, RESID_POST -> true;
            case Z, ATTN_OUT, MLP_OUT -> false;
        };
    }

    /** x of the batch as the model has it, [batch, position, width]. */
    public NDArray activation() {
        return activation;
    }

    public LanguageModel model() {
        return model;
    }

    /** m of each sequence of the batch. */
    public double[] values(Objective objective) {
        int length = (int) activation.getShape().get(1);
        int[] all = IntStream.range(0, (int) activation.getShape().get(0)).toArray();
        double[] terms = terms(activation, all, Span.readFrom(objective.firstPosition(length)), objective);
        return Arrays.stream(all)
                .mapToDouble(s -> Arrays.stream(terms, s * length, (s + 1) * length).sum())
                .toArray();
    }

    /**
     * What each position of copies of the batch's sequences adds to m, [copy · position]; 0 before the span.
     *
     * @param changed x of each copy from the span's start on, [copy, position, width]
     * @param of which of the batch's sequences each copy is of
     * @param objective of the copies
     */
    double[] terms(NDArray changed, int[] of, Span span, Objective objective) {
        int length = span.start() + (int) changed.getShape().get(1);
        try (Scope inner = Scope.within(changed)) {
            NDArray from = entering == null ? null : copies(inner, tail(inner, entering, span.start()), of);
            NDArray start = inner.keep(changed.stopGradient());
            return new Readout(model, length).terms(inner.keep(residual(start, from, span)), objective);
        }
    }

    /** ∂m/∂x at a changed activation of the whole batch, [batch, position, width] in {@code scope}. */
    public NDArray gradient(Scope scope, NDArray changed, Objective objective) {
        int length = (int) changed.getShape().get(1);
        Span span = Span.readFrom(objective.firstPosition(length));
        try (Scope inner = scope.child();
                Tape tape = Tape.open(inner)) {
            NDArray leaf = tape.leaf(inner.keep(changed.duplicate()));
            NDArray from = entering == null ? null : inner.keep(entering.duplicate());
            NDArray residual = inner.keep(residual(leaf, from, span));
            Readout.Gradient readout = new Readout(model, length).gradient(inner, residual, objective);
            tape.backward(residual, readout.cotangent(), false);
            return scope.keep(tape.takeGradient(leaf));
        }
    }

    private NDArray residual(NDArray changed, NDArray from, Span span) {
        int layers = model.architecture().layers();
        return isStream(hook)
                ? model.blocks(changed, hook.firstBlock(), layers, Hooks.none(), span)
                : model.blocks(from, hook.layer(), layers, Hooks.none().with(hook, x -> changed), span);
    }

    /** The positions from {@code start} on of an array [batch, position, d], as a view in {@code scope}. */
    static NDArray tail(Scope scope, NDArray array, int start) {
        return scope.keep(array.get(new NDIndex(":, {}:", start)));
    }

    /** Sequences of an array [batch, position, d] by number, as [number, position, d] in {@code scope}. */
    static NDArray copies(Scope scope, NDArray array, int[] of) {
        long[] index = new long[of.length];
        for (int i = 0; i < of.length; i++) {
            index[i] = of[i];
        }
        long positions = array.getShape().get(1);
        long width = array.getShape().get(2);
        return Tensors.rows(array.reshape(-1, positions * width), Tensors.of(scope, index, index.length))
                .reshape(-1, positions, width);
    }
}
