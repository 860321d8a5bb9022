package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeWeights;
import dev.kappa.stats.Haar;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;

/**
 * A dictionary's twins with random matrices: blocks of Haar-orthonormal rows stacked to its width, with the norms of
 * its rows. Everything else is the dictionary's. A pure function of the seed and the dictionary.
 */
final class RandomParts {
    private final Scope scope;
    private final DenseSae trained;
    private final long seed;

    /** @param scope holds the random matrices */
    RandomParts(Scope scope, DenseSae trained, long seed) {
        this.scope = scope;
        this.trained = trained;
        this.seed = seed;
    }

    DenseSae withRandomEncoder() {
        SaeWeights weights = trained.weights();
        return with(new SaeWeights(
                like(weights.encoder(), "random encoder"),
                weights.encoderBias(),
                weights.decoder(),
                weights.decoderBias(),
                weights.skip()));
    }

    DenseSae withRandomDecoder() {
        SaeWeights weights = trained.weights();
        return with(new SaeWeights(
                weights.encoder(),
                weights.encoderBias(),
                like(weights.decoder(), "random decoder"),
                weights.decoderBias(),
                weights.skip()));
    }

    private DenseSae with(SaeWeights weights) {
        return DenseSae.of(trained.shape(), trained.input(), trained.activation(), weights);
    }

    private NDArray like(NDArray matrix, String purpose) {
        int rows = (int) matrix.getShape().get(0);
        int d = (int) matrix.getShape().get(1);
        long key = Draws.of(seed, rows, purpose).nextLong();
        float[] numbers = new float[rows * d];
        for (int from = 0; from < rows; from += d) {
            double[] block = Haar.block(from / d, Math.min(d, rows - from), d, key);
            for (int i = 0; i < block.length; i++) {
                numbers[from * d + i] = (float) block[i];
            }
        }
        try (Scope inner = scope.child()) {
            NDArray norms = inner.keep(matrix.norm(2, new int[] {1}, true));
            return scope.keep(Tensors.of(inner, numbers, rows, d).mul(norms));
        }
    }
}
