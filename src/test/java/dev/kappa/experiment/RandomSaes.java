package dev.kappa.experiment;

import dev.kappa.sae.Activation;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeWeights;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.Random;

/** Dictionaries of random weights, in a scope of the test's. */
public final class RandomSaes {
    private RandomSaes() {}

    public static DenseSae topK(Scope scope, int d, int width, int k, long seed) {
        return of(scope, d, width, new Activation.TopK(k), seed);
    }

    public static DenseSae relu(Scope scope, int d, int width, long seed) {
        return of(scope, d, width, new Activation.Relu(), seed);
    }

    private static DenseSae of(Scope scope, int d, int width, Activation activation, long seed) {
        Random random = new Random(seed);
        float[] decoder = numbers(random, width * d);
        for (int i = 0; i < width; i++) {
            double norm = 0;
            for (int j = 0; j < d; j++) {
                norm += decoder[i * d + j] * decoder[i * d + j];
            }
            for (int j = 0; j < d; j++) {
                decoder[i * d + j] /= (float) Math.sqrt(norm);
            }
        }
        return DenseSae.of(
                SaeInput.plain(true),
                activation,
                new SaeWeights(
                        Tensors.of(scope, numbers(random, width * d), width, d),
                        Tensors.of(scope, numbers(random, width), width),
                        Tensors.of(scope, decoder, width, d),
                        Tensors.of(scope, numbers(random, d), d)));
    }

    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
