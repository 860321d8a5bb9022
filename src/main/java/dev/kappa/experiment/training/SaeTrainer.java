package dev.kappa.experiment.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.experiment.Tally;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.Activation;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeShape;
import dev.kappa.sae.SaeWeights;
import dev.kappa.tensor.Scalars;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import java.util.Map;
import java.util.Optional;

/**
 * Trains one dictionary, a batch of rows at a time: squared error, the sparsity of its {@link Kind}, an
 * auxiliary loss that lets dead latents explain what the living ones leave over, Adam, and decoder rows kept
 * at norm 1.
 */
public final class SaeTrainer {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;
    /** Weight of the auxiliary loss (Gao et al. 2024, section 2.4). */
    private static final double AUXILIARY = 1.0 / 32;
    /** Width of the kernel that stands for the derivative of a step (Rajamanoharan et al. 2024). */
    private static final double BANDWIDTH = 0.03;

    private final Scope scope;
    private final Recipe recipe;
    private final TrainingState state;

    private SaeTrainer(Scope scope, Recipe recipe, TrainingState state) {
        this.scope = scope;
        this.recipe = recipe;
        this.state = state;
    }

    /** Starts from activations [row, d], which set the scale and the bias. */
    public static SaeTrainer first(Scope scope, Recipe recipe, NDArray rows, long seed) {
        return new SaeTrainer(scope, recipe, TrainingState.first(scope, recipe, rows, seed));
    }

    /** Goes on from a checkpoint. */
    public static SaeTrainer resume(Scope scope, Recipe recipe, Tally checkpoint) {
        return new SaeTrainer(scope, recipe, TrainingState.load(scope, checkpoint));
    }

    public void save(Tally tally) {
        state.save(tally);
    }

    /** What a batch used, in the terms of the loss. */
    private record Features(NDArray values, NDArray firing, NDArray penalty) {}

    /**
     * One step on activations [row, d].
     *
     * @return the mean squared error of a row, before the step
     */
    public double step(NDArray rows) {
        try (Scope inner = scope.child();
                Tape tape = Tape.open(inner)) {
            NDArray x = inner.keep(Scalars.mul(inner.keep(rows.duplicate()), state.scale));
            NDArray centred = x.sub(state.weight("decoder_bias"));
            NDArray encoder = inner.keep(state.weight("encoder").transpose());
            NDArray pre = centred.matMul(encoder).add(state.weight("encoder_bias"));
            Features features = features(inner, pre);
            NDArray rebuilt =
                    features.values().matMul(state.weight("decoder")).add(state.weight("decoder_bias"));
            NDArray error = rebuilt.sub(x);
            NDArray squared = meanOfRows(error.square());
            NDArray loss = features.penalty() == null ? squared : squared.add(features.penalty());
            NDArray dead = deadMask(inner);
            if (dead != null) {
                loss = loss.add(auxiliary(inner, pre, dead, error));
            }
            tape.backward(loss);
            update();
            count(features.firing());
            return squared.getFloat();
        }
    }

    private static NDArray meanOfRows(NDArray squares) {
        return squares.sum(new int[] {1}).mean();
    }

    private Features features(Scope inner, NDArray pre) {
        return switch (recipe.kind()) {
            case STANDARD -> standard(pre);
            case TOPK -> topK(inner, pre);
            case BATCHTOPK -> batchTopK(inner, pre);
            case JUMPRELU -> jumpRelu(inner, pre);
        };
    }

    private Features standard(NDArray pre) {
        NDArray values = positive(pre);
        NDArray penalty = Scalars.mul(meanOfRows(values), recipe.penalty() * recipe.warmth(state.step));
        return new Features(values, indicator(values.stopGradient()), penalty);
    }

    private Features topK(Scope inner, NDArray pre) {
        NDArray now = inner.keep(pre.stopGradient());
        NDArray least = now.topK(recipe.k(), 1, true, true).get(0).min(new int[] {1}, true);
        return masked(pre, now.gte(least));
    }

    private Features batchTopK(Scope inner, NDArray pre) {
        NDArray now = inner.keep(pre.stopGradient());
        int kept = (int) (recipe.k() * now.getShape().get(0));
        float least = now.reshape(-1).topK(kept, 0, true, true).get(0).min().getFloat();
        float positive = Math.max(least, Float.MIN_NORMAL);
        state.cutoff = state.step == 0 ? positive : 0.99 * state.cutoff + 0.01 * positive;
        return masked(pre, now.gte(positive));
    }

    /** Kept pre-activations that are above zero. */
    private static Features masked(NDArray pre, NDArray kept) {
        NDArray mask = kept.toType(DataType.FLOAT32, false);
        NDArray values = positive(pre).mul(mask);
        return new Features(values, indicator(values.stopGradient()), null);
    }

    /**
     * pre · H(pre − θ). A step has no useful derivative in θ, so a kernel K of width ε stands for it:
     * d(pre · H)/dθ ≈ −(θ/ε) K and dH/dθ ≈ −(1/ε) K.
     */
    private Features jumpRelu(Scope inner, NDArray pre) {
        NDArray threshold = state.weight("threshold");
        NDArray theta = inner.keep(threshold.stopGradient());
        NDArray now = inner.keep(pre.stopGradient());
        NDArray mask = now.gt(theta).toType(DataType.FLOAT32, false);
        NDArray near = now.sub(theta).abs().lt(BANDWIDTH / 2).toType(DataType.FLOAT32, false);
        NDArray slope = near.mul(-1 / BANDWIDTH);
        NDArray moved = slope.mul(theta).mul(theta.sub(threshold).neg());
        NDArray values = positive(pre).mul(mask).add(moved);
        double weight = recipe.penalty() * recipe.warmth(state.step);
        NDArray penalty = Scalars.mul(meanOfRows(slope.mul(threshold)), weight);
        return new Features(values, mask, penalty);
    }

    /** max(pre, 0), recorded. */
    private static NDArray positive(NDArray pre) {
        return pre.getNDArrayInternal().relu();
    }

    private static NDArray indicator(NDArray values) {
        return values.gt(0f).toType(DataType.FLOAT32, false);
    }

    /** 1 for latents that have long been silent, [width]; null while there are none. */
    private NDArray deadMask(Scope inner) {
        NDArray silent = inner.keep(state.silent.stopGradient());
        NDArray dead = silent.gt(recipe.deadAfter()).toType(DataType.FLOAT32, false);
        return dead.sum().getFloat() == 0 ? null : dead;
    }

    /** The share of the error that the k_aux most active dead latents leave unexplained. */
    private NDArray auxiliary(Scope inner, NDArray pre, NDArray dead, NDArray error) {
        int d = (int) error.getShape().get(1);
        int count = (int) Math.min(dead.sum().getFloat(), Math.max(1, d / 2));
        NDArray floor = inner.keep(dead.sub(1f).mul(1e9f));
        NDArray candidates = inner.keep(pre.stopGradient()).mul(dead).add(floor);
        NDArray least = candidates.topK(count, 1, true, true).get(0).min(new int[] {1}, true);
        NDArray mask = candidates.gte(least).toType(DataType.FLOAT32, false).mul(dead);
        NDArray left = inner.keep(error.stopGradient()).neg();
        NDArray explained = positive(pre).mul(mask).matMul(state.weight("decoder"));
        double total = left.square().sum(new int[] {1}).mean().getFloat();
        // Relative to the error it explains and worth as much as the main loss, so that it never dominates.
        return total == 0
                ? Scalars.mul(meanOfRows(explained), 0)
                : Scalars.mul(meanOfRows(left.sub(explained).square()), AUXILIARY);
    }

    private void update() {
        state.step++;
        float rate = (float) recipe.learningRate(state.step - 1);
        double correction = Math.sqrt(1 - Math.pow(BETA2, state.step)) / (1 - Math.pow(BETA1, state.step));
        for (Map.Entry<String, NDArray> entry : state.weights.entrySet()) {
            NDArray weight = entry.getValue();
            try (NDArray gradient = weight.getGradient()) {
                NDList inputs = new NDList(
                        weight, gradient, state.means.get(entry.getKey()), state.squares.get(entry.getKey()));
                weight.getNDArrayInternal()
                        .adamUpdate(
                                inputs,
                                new NDList(weight),
                                rate,
                                (float) (rate * correction),
                                0,
                                1,
                                -1,
                                BETA1,
                                BETA2,
                                EPSILON,
                                false,
                                false);
            }
        }
        try (Scope inner = scope.child()) {
            NDArray decoder = inner.keep(state.values("decoder"));
            decoder.divi(decoder.norm(2, new int[] {1}, true).add(1e-12f));
            NDArray threshold = inner.keep(state.values("threshold"));
            threshold.subi(threshold.minimum(0f));
        }
    }

    private void count(NDArray firing) {
        try (Scope inner = scope.child()) {
            NDArray silent = inner.keep(state.silent.stopGradient());
            NDArray fired = inner.keep(firing.stopGradient()).max(new int[] {0});
            silent.addi(firing.getShape().get(0));
            silent.muli(fired.neg().add(1f));
        }
    }

    /**
     * The dictionary as it stands, in the space of raw activations: with scale s, f((s x)) = s f(x) when the
     * encoder's bias and thresholds are divided by s, and so is the decoder's bias.
     */
    public DenseSae dictionary(HookPoint hook) {
        NDArray bias = scope.keep(state.values("encoder_bias").div(state.scale));
        SaeWeights weights = new SaeWeights(
                scope.keep(state.values("encoder")),
                bias,
                scope.keep(state.values("decoder")),
                scope.keep(state.values("decoder_bias").div(state.scale)));
        Activation activation =
                switch (recipe.kind()) {
                    case STANDARD -> new Activation.Relu();
                    case TOPK -> new Activation.TopK(recipe.k());
                    case BATCHTOPK -> new Activation.JumpRelu(scope.manager()
                            .full(new Shape(recipe.width()), (float) (state.cutoff / state.scale)));
                    case JUMPRELU -> new Activation.JumpRelu(
                            scope.keep(state.values("threshold").div(state.scale)));
                };
        int d = (int) weights.decoderBias().getShape().get(0);
        long bytes = 4L * (2L * recipe.width() * d + recipe.width() + d);
        SaeShape shape =
                new SaeShape("saelens", activation.name(), d, recipe.width(), Optional.of(hook), false, bytes);
        return DenseSae.of(shape, SaeInput.plain(true), activation, weights);
    }
}
