package dev.kappa.experiment.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.experiment.Tally;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AttributionTest {
    private static final int D = 12;
    private static final int WIDTH = 50;
    private static final int SEQUENCES = 4;
    private static final int LENGTH = 9;

    @Test
    void scoresFromGatheredRowsEqualTheDenseTextbookProduct() {
        try (Scope scope = Scope.open(Device.cpu())) {
            DenseSae sae = RandomSaes.relu(scope, D, WIDTH, 1);
            NDArray x = random(scope, 2);
            NDArray g = random(scope, 3);
            SparseCode code = sae.encode(x);
            FeatureSums sums = new FeatureSums(WIDTH);
            sums.add(
                    code.rows().toLongArray(),
                    code.latents().toLongArray(),
                    Attribution.effects(scope, sae, code, g),
                    LENGTH);
            Tally tally = new Tally();
            sums.into(tally, "");

            float[] features = dense(code);
            float[] slopes = g.matMul(sae.weights().decoder().transpose()).toFloatArray();
            double[] absolute = new double[WIDTH];
            double[] signed = new double[WIDTH];
            double[] sequenceAbsolute = new double[WIDTH];
            double[] fires = new double[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                for (int s = 0; s < SEQUENCES; s++) {
                    double within = 0;
                    for (int t = 0; t < LENGTH; t++) {
                        int at = (s * LENGTH + t) * WIDTH + i;
                        double effect = -(double) features[at] * slopes[at];
                        absolute[i] += Math.abs(effect);
                        within += effect;
                        fires[i] += features[at] > 0 ? 1 : 0;
                    }
                    signed[i] += within;
                    sequenceAbsolute[i] += Math.abs(within);
                }
            }
            assertThat(tally.doubles("fires")).isEqualTo(fires);
            close(tally.doubles("absolute"), absolute);
            close(tally.doubles("signed"), signed);
            close(tally.doubles("sequence_absolute"), sequenceAbsolute);
        }
    }

    private static NDArray random(Scope scope, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[SEQUENCES * LENGTH * D];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return Tensors.of(scope, numbers, SEQUENCES * LENGTH, D);
    }

    private static float[] dense(SparseCode code) {
        float[] features = new float[SEQUENCES * LENGTH * WIDTH];
        long[] rows = code.rows().toLongArray();
        long[] latents = code.latents().toLongArray();
        float[] values = code.steps().toFloatArray();
        for (int i = 0; i < rows.length; i++) {
            features[(int) (rows[i] * WIDTH + latents[i])] = values[i];
        }
        return features;
    }

    private static void close(double[] actual, double[] expected) {
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5 * largest));
        }
    }
}
