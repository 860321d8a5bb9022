package dev.kappa.experiment.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A dictionary in training, in the space where activations have a mean norm of √d: its weights, Adam's two
 * moments of each, and when each latent last fired. All of it goes into a tally and comes back, so that
 * training goes on to the digit.
 */
final class TrainingState {
    private static final String[] WEIGHTS = {"encoder", "encoder_bias", "decoder", "decoder_bias", "threshold"};
    /** JumpReLU thresholds begin here, so that features can fire from the start. */
    private static final float FIRST_THRESHOLD = 0.01f;

    final Map<String, NDArray> weights = new LinkedHashMap<>();
    final Map<String, NDArray> means = new LinkedHashMap<>();
    final Map<String, NDArray> squares = new LinkedHashMap<>();
    /** Rows since each latent fired, f32 [width]. */
    NDArray silent;
    /** Activations are multiplied by it before they are encoded. */
    final double scale;

    int step;
    /** BatchTopK: running mean of the smallest feature that was kept. */
    double cutoff;

    private TrainingState(double scale) {
        this.scale = scale;
    }

    /**
     * The start: random unit decoder rows, the encoder their transpose, and the decoder bias at the mean.
     *
     * @param rows first activations, [row, d], before scaling
     */
    static TrainingState first(Scope scope, Recipe recipe, NDArray rows, long seed) {
        int d = (int) rows.getShape().get(1);
        double meanNorm = rows.norm(2, new int[] {1}, false).mean().getFloat();
        TrainingState state = new TrainingState(Math.sqrt(d) / meanNorm);
        float[] directions = unitRows(recipe.width(), d, seed);
        state.add("encoder", Tensors.of(scope, directions, recipe.width(), d), scope);
        state.add("encoder_bias", scope.manager().zeros(new Shape(recipe.width())), scope);
        state.add("decoder", Tensors.of(scope, directions, recipe.width(), d), scope);
        state.add("decoder_bias", scope.keep(rows.mean(new int[] {0}).mul(state.scale)), scope);
        state.add("threshold", scope.manager().full(new Shape(recipe.width()), FIRST_THRESHOLD), scope);
        state.silent = scope.manager().zeros(new Shape(recipe.width()));
        return state;
    }

    private void add(String name, NDArray weight, Scope scope) {
        weight.setRequiresGradient(true);
        weights.put(name, weight);
        means.put(name, scope.manager().zeros(weight.getShape()));
        squares.put(name, scope.manager().zeros(weight.getShape()));
    }

    private static float[] unitRows(int width, int d, long seed) {
        float[] rows = new float[width * d];
        for (int i = 0; i < width; i++) {
            SplittableRandom random = Draws.of(seed, i, "decoder row");
            double squares = 0;
            for (int j = 0; j < d; j++) {
                double value = gaussian(random);
                rows[i * d + j] = (float) value;
                squares += value * value;
            }
            for (int j = 0; j < d; j++) {
                rows[i * d + j] /= (float) Math.sqrt(squares);
            }
        }
        return rows;
    }

    private static double gaussian(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    NDArray weight(String name) {
        return weights.get(name);
    }

    /** A weight without its gradient, sharing its memory. */
    NDArray values(String name) {
        return weights.get(name).stopGradient();
    }

    void save(Tally tally) {
        for (String name : WEIGHTS) {
            put(tally, name, weights.get(name));
            put(tally, "adam_mean/" + name, means.get(name));
            put(tally, "adam_square/" + name, squares.get(name));
        }
        put(tally, "silent", silent);
        tally.put("scale", scale).put("step", step).put("cutoff", cutoff);
    }

    private static void put(Tally tally, String name, NDArray array) {
        tally.put(name, array.toFloatArray(), array.getShape().getShape());
    }

    static TrainingState load(Scope scope, Tally tally) {
        TrainingState state = new TrainingState(tally.number("scale"));
        for (String name : WEIGHTS) {
            NDArray weight = get(scope, tally, name);
            weight.setRequiresGradient(true);
            state.weights.put(name, weight);
            state.means.put(name, get(scope, tally, "adam_mean/" + name));
            state.squares.put(name, get(scope, tally, "adam_square/" + name));
        }
        state.silent = get(scope, tally, "silent");
        state.step = (int) tally.number("step");
        state.cutoff = tally.number("cutoff");
        return state;
    }

    private static NDArray get(Scope scope, Tally tally, String name) {
        return Tensors.of(scope, tally.floats(name), tally.entries().get(name).shape());
    }
}
