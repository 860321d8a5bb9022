package dev.kappa.experiment.kinds;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.sae.Sae;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** dᵀ S d / ‖d‖² of directions d under a sum S of outer products: sums again, so that blocks add up. */
final class Energies {
    private static final int CHUNK = 4096;

    private final float[] sum;
    private final int width;
    private final Device device;

    /** @param sum S, row-major width × width */
    Energies(double[] sum, Device device) {
        this.sum = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            this.sum[i] = (float) sum[i];
        }
        this.width = (int) Math.round(Math.sqrt(sum.length));
        this.device = device;
    }

    private interface Directions {
        NDArray rows(Scope scope, int from, int to);
    }

    /** Of every decoder row; 0 for a row of zeros. */
    double[] ofDecoder(Sae sae) {
        return of(sae.shape().width(), (scope, from, to) -> sae.decoderRows(
                Tensors.of(scope, LongStream.range(from, to).toArray(), to - from)));
    }

    /** Of random directions, the same for every block of a run. */
    double[] ofRandom(int count, long seed) {
        return of(count, (scope, from, to) -> {
            float[] numbers = new float[(to - from) * width];
            for (int i = from; i < to; i++) {
                SplittableRandom random = Draws.of(seed, i, "random direction");
                for (int j = 0; j < width; j++) {
                    numbers[(i - from) * width + j] = (float) random.nextGaussian();
                }
            }
            return Tensors.of(scope, numbers, to - from, width);
        });
    }

    private double[] of(int count, Directions directions) {
        double[] energies = new double[count];
        try (Scope scope = Scope.open(device)) {
            NDArray matrix = Tensors.of(scope, sum, width, width);
            for (int from = 0; from < count; from += CHUNK) {
                int to = Math.min(count, from + CHUNK);
                try (Scope inner = scope.child()) {
                    NDArray rows = inner.keep(directions.rows(inner, from, to));
                    NDArray squares = rows.square().sum(new int[] {1}).add(Float.MIN_NORMAL);
                    NDArray products = rows.matMul(matrix).mul(rows).sum(new int[] {1});
                    double[] part = Tensors.doubles(products.div(squares));
                    System.arraycopy(part, 0, energies, from, part.length);
                }
            }
        }
        return energies;
    }
}
