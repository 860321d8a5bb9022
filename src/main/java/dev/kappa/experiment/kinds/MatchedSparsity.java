package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.measure.Activations;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.Activation;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeWeights;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.List;

/**
 * A dictionary whose threshold was moved until as many features fire as in another. The threshold of all latents
 * is raised by one number θ; where that number is negative, because too few fire, every bias is raised by −θ
 * instead, so that no feature becomes negative. θ is found by halving on the block's first rows.
 *
 * @param sae the moved dictionary
 * @param threshold θ, in units of pre-activations
 */
record MatchedSparsity(DenseSae sae, double threshold) {
    private static final int ROWS = 256;
    private static final int MOST_STEPS = 60;
    private static final double TOLERANCE = 0.002;

    /** False where the activation itself fixes how many features fire. */
    static boolean canMove(DenseSae sae) {
        return !(sae.activation() instanceof Activation.TopK || sae.activation() instanceof Activation.GroupMax);
    }

    static MatchedSparsity of(
            Scope scope, DenseSae trained, DenseSae random, List<TaskMetric.Work> work, HookPoint hook, Bench bench) {
        bench.progress(0);
        try (Scope inner = scope.child()) {
            Batch batch = work.get(0).batch();
            NDArray x = Activations.at(inner, bench.model(), batch.tokens(inner), hook);
            NDArray counted = inner.keep(batch.countedRows(x));
            NDArray rows = inner.keep(
                    Tensors.slice(counted, 0, Math.min(ROWS, counted.getShape().get(0))));
            double threshold = find(trained, random, rows, bench);
            return new MatchedSparsity(moved(scope, random, threshold), threshold);
        }
    }

    private static double find(DenseSae trained, DenseSae random, NDArray rows, Bench bench) {
        try (Scope inner = Scope.within(rows)) {
            NDArray x = inner.keep(rows.duplicate());
            var code = trained.encode(x);
            long wanted = code.entries();
            // Twice the mean feature is the first step; pre-activations of both have the same scale.
            double step = wanted == 0 ? 1 : Math.max(1e-6, 2 * code.values().mean().getFloat());
            boolean tooMany = fired(random, 0, x) > wanted;
            double low = tooMany ? 0 : -step;
            double high = tooMany ? step : 0;
            for (int i = 0; i < MOST_STEPS && tooMany && fired(random, high, x) > wanted; i++) {
                low = high;
                high *= 2;
            }
            for (int i = 0; i < MOST_STEPS && !tooMany && fired(random, low, x) < wanted; i++) {
                high = low;
                low *= 2;
            }
            for (int i = 0; i < MOST_STEPS; i++) {
                bench.progress(0);
                double middle = (low + high) / 2;
                long fired = fired(random, middle, x);
                if (Math.abs(fired - wanted) <= TOLERANCE * wanted) {
                    return middle;
                }
                low = fired > wanted ? middle : low;
                high = fired > wanted ? high : middle;
            }
            return (low + high) / 2;
        }
    }

    private static long fired(DenseSae sae, double threshold, NDArray x) {
        try (Scope inner = Scope.within(x)) {
            return moved(inner, sae, threshold).encode(inner.keep(x.duplicate())).entries();
        }
    }

    private static DenseSae moved(Scope scope, DenseSae sae, double threshold) {
        SaeWeights weights = sae.weights();
        float theta = (float) threshold;
        Activation activation = sae.activation();
        NDArray bias = weights.encoderBias();
        if (theta < 0 || activation instanceof Activation.Gated) {
            bias = scope.keep(bias.sub(theta));
        } else if (activation instanceof Activation.JumpRelu jump) {
            activation = new Activation.JumpRelu(scope.keep(jump.threshold().maximum(0f).add(theta)));
        } else {
            activation = new Activation.JumpRelu(Tensors.of(scope, new float[] {theta}, 1));
        }
        return DenseSae.of(
                sae.shape(),
                sae.input(),
                activation,
                new SaeWeights(weights.encoder(), bias, weights.decoder(), weights.decoderBias(), weights.skip()));
    }
}
