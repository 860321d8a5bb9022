package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.Span;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One forward pass of a batch and one backward pass for each objective: activations and gradients at any
 * number of hooks. Everything before the first hook is computed without a graph, and no weight has a
 * gradient. One pass serves every dictionary at every hook.
 */
public final class GradientPass {
    private final Scope scope;
    private final LanguageModel model;
    private final List<HookPoint> hooks;

    /** Results live in {@code scope}. */
    public GradientPass(Scope scope, LanguageModel model, List<HookPoint> hooks) {
        this.scope = scope;
        this.model = model;
        this.hooks = List.copyOf(hooks);
    }

    /**
     * @param value m of the batch
     * @param gradients ∂m/∂x at each hook, [batch, position, width]
     */
    public record Backward(double value, Map<HookPoint, NDArray> gradients) {}

    /**
     * @param activations x at each hook, [batch, position, width]
     * @param backwards one for each objective
     */
    public record Result(Map<HookPoint, NDArray> activations, List<Backward> backwards) {
        public NDArray activation(HookPoint hook) {
            return activations.get(hook);
        }

        /** Of the only objective. */
        public NDArray gradient(HookPoint hook) {
            return backwards.get(0).gradients().get(hook);
        }
    }

    /** One objective. */
    public Result run(NDArray tokens, Objective objective) {
        return run(tokens, List.of(objective));
    }

    /**
     * Several objectives over one recorded forward pass.
     *
     * @param tokens ids, i64 [batch, position]
     */
    public Result run(NDArray tokens, List<Objective> objectives) {
        Map<HookPoint, NDArray> activations = new LinkedHashMap<>();
        Map<HookPoint, NDArray> leaves = new LinkedHashMap<>();
        try (Scope inner = scope.child();
                Tape tape = Tape.open(inner)) {
            Hooks reading = Hooks.none();
            for (HookPoint hook : hooks) {
                reading = reading.with(hook, x -> {
                    activations.put(hook, scope.keep(x.stopGradient()));
                    // Added zeros leave x as it is; their gradient is the gradient at x.
                    leaves.put(hook, inner.keep(tape.leaf(x.getShape())));
                    return x.add(leaves.get(hook));
                });
            }
            NDArray start = inner.keep(tokens.duplicate());
            int length = (int) tokens.getShape().get(1);
            int read = objectives.stream()
                    .mapToInt(objective -> objective.firstPosition(length))
                    .min()
                    .orElseThrow();
            NDArray residual = inner.keep(model.blocks(
                    model.embed(start, reading),
                    0,
                    model.architecture().layers(),
                    reading,
                    Span.readFrom(read)));
            Readout readout = new Readout(model, length);
            List<Backward> backwards = new ArrayList<>();
            for (int i = 0; i < objectives.size(); i++) {
                Readout.Gradient end = readout.gradient(inner, residual, objectives.get(i));
                tape.backward(residual, end.cotangent(), i < objectives.size() - 1);
                backwards.add(new Backward(end.value(), take(tape, leaves)));
            }
            return new Result(activations, backwards);
        }
    }

    private Map<HookPoint, NDArray> take(Tape tape, Map<HookPoint, NDArray> leaves) {
        Map<HookPoint, NDArray> gradients = new LinkedHashMap<>();
        leaves.forEach((hook, leaf) -> gradients.put(hook, scope.keep(tape.takeGradient(leaf))));
        return gradients;
    }
}
