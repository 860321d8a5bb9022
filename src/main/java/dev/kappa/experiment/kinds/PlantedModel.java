package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.stats.Haar;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.Arrays;
import java.util.SplittableRandom;

/** What {@link SyntheticGroundTruth} plants: directions, samples, and gradients of what is read. */
final class PlantedModel {
    private static final float WEAKEST = 0.5f;
    private static final float STRONGEST = 1.5f;

    private final SyntheticGroundTruth.Parameters parameters;
    private final long seed;
    private final float[] directions;
    private final NDArray sources;
    private final NDArray readers;

    /** @param scope holds the directions */
    PlantedModel(Scope scope, SyntheticGroundTruth.Parameters parameters, long seed) {
        this.parameters = parameters;
        this.seed = seed;
        double[] rows = Haar.stackedRows(
                parameters.sources(), parameters.dimension(), Draws.of(seed, 0, "directions").nextLong());
        this.directions = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            directions[i] = (float) rows[i];
        }
        this.sources = Tensors.of(scope, directions, parameters.sources(), parameters.dimension());
        this.readers = scope.keep(Tensors.slice(sources, 0, parameters.readers()).duplicate());
    }

    /** The directions that are read, row-major [readers, dimension]; unit length, orthogonal to each other. */
    float[] readDirections() {
        return Arrays.copyOf(directions, parameters.readers() * parameters.dimension());
    }

    /** Samples {@code from} (inclusive) to {@code to} (exclusive) of x, [sample, dimension] in {@code home}. */
    NDArray samples(Scope home, int from, int to) {
        int count = to - from;
        float[] active = new float[count * parameters.sources()];
        float[] noise = new float[count * parameters.dimension()];
        for (int i = 0; i < count; i++) {
            SplittableRandom random = Draws.of(seed, from + i, "sample");
            for (int s = 0; s < parameters.sources(); s++) {
                if (random.nextDouble() < parameters.activity()) {
                    active[i * parameters.sources() + s] = (float) random.nextDouble(WEAKEST, STRONGEST);
                }
            }
            for (int j = 0; j < parameters.dimension(); j++) {
                noise[i * parameters.dimension() + j] = (float) (parameters.noise() * random.nextGaussian());
            }
        }
        try (Scope inner = home.child()) {
            NDArray sum = Tensors.of(inner, active, count, parameters.sources()).matMul(sources);
            return home.keep(sum.add(Tensors.of(inner, noise, count, parameters.dimension())));
        }
    }

    /** w_j φ'(⟨v_j, x⟩), [sample, reader] in the scope of x. */
    NDArray slopes(NDArray x) {
        try (Scope inner = Scope.within(x)) {
            NDArray read = inner.keep(x.duplicate()).matMul(inner.keep(readers.transpose()));
            NDArray slopes =
                    switch (parameters.nonlinearity()) {
                        case TANH -> read.tanh().square().neg().add(1f);
                        case LINEAR -> read.onesLike();
                        case SQUARE -> read;
                    };
            float[] weights = new float[parameters.readers()];
            for (int j = 0; j < weights.length; j++) {
                weights[j] = (float) parameters.weight(j);
            }
            NDArray weighted = slopes.mul(Tensors.of(inner, weights, 1, weights.length));
            weighted.attach(x.getManager());
            return weighted;
        }
    }

    /** The gradient of Σ_j y_j. */
    NDArray gradient(NDArray slopes) {
        return slopes.matMul(readers);
    }

    /** The gradient of Σ_j ε_j y_j with independent random signs ε: a probe of outputs with unit noise. */
    NDArray probe(NDArray slopes, int from) {
        try (Scope inner = Scope.within(slopes)) {
            int count = (int) slopes.getShape().get(0);
            int readers = parameters.readers();
            float[] signs = new float[count * readers];
            for (int i = 0; i < count; i++) {
                SplittableRandom random = Draws.of(seed, from + i, "output probe");
                long bits = 0;
                for (int j = 0; j < readers; j++) {
                    bits = j % 64 == 0 ? random.nextLong() : bits >>> 1;
                    signs[i * readers + j] = (bits & 1) == 0 ? 1f : -1f;
                }
            }
            NDArray gradient = Tensors.of(inner, signs, count, readers).mul(slopes).matMul(this.readers);
            gradient.attach(slopes.getManager());
            return gradient;
        }
    }
}
