package dev.kappa.lm;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What to do at hook points during one forward call: each is a function of the activation, and the pass
 * goes on with what it returns. Hooks are an argument of the call; a model never holds one.
 *
 * <p>A hook that wants the activation after the pass keeps {@code scope.keep(activation.stopGradient())}.
 */
public final class Hooks {
    private static final Hooks NONE = new Hooks(Map.of());

    private final Map<HookPoint, UnaryOperator<NDArray>> actions;

    private Hooks(Map<HookPoint, UnaryOperator<NDArray>> actions) {
        this.actions = actions;
    }

    public static Hooks none() {
        return NONE;
    }

    /** These hooks and one more, which comes after those already at the same point. */
    public Hooks with(HookPoint point, UnaryOperator<NDArray> action) {
        Map<HookPoint, UnaryOperator<NDArray>> more = new LinkedHashMap<>(actions);
        more.merge(point, action, (first, second) -> activation -> second.apply(first.apply(activation)));
        return new Hooks(more);
    }

    /** True where one of them is in a block, beyond its entrance. */
    public boolean inside(int layer) {
        return actions.keySet().stream()
                .anyMatch(point -> point.layer() == layer
                        && point.site() != HookPoint.Site.EMBED
                        && point.site() != HookPoint.Site.RESID_PRE);
    }

    /** Called by the forward pass at each point. */
    public NDArray at(HookPoint point, NDArray activation) {
        UnaryOperator<NDArray> action = actions.get(point);
        return action == null ? activation : action.apply(activation);
    }
}
