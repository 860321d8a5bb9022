package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.ParticipationUStatistic;
import dev.kappa.stats.Spectrum;
import dev.kappa.tensor.Tensors;
import java.util.List;

/**
 * Sums of outer products of gradients, from which A = E[g gᵀ] and its dimensions follow (section 1 of the
 * definitions). One probe of one sequence is one independent sample A_s = (1/T) Σ_t g_t g_tᵀ.
 */
public final class OuterProducts {
    private final int width;
    private final double[] sum;
    private double rows;
    private double samples;
    private double tracesOfSquares;
    private double squaredTraces;

    /** @param width d, the length of a gradient */
    public OuterProducts(int width) {
        this.width = width;
        this.sum = new double[width * width];
    }

    /** Adds the gradients of a batch, [sequence, position, d]. */
    public void add(NDArray gradients) {
        double positions = gradients.getShape().get(1);
        NDArray flat = Tensors.flat(gradients);
        addTo(sum, flat.transpose().matMul(flat).toFloatArray());
        rows += gradients.getShape().get(0) * positions;
        samples += gradients.getShape().get(0);
        // tr(A_s²) = ‖G Gᵀ‖² / T² needs only the T × T Gram matrix of the sequence.
        NDArray gram = gradients.matMul(gradients.transpose(0, 2, 1));
        for (double square : Tensors.doubles(gram.square().sum(new int[] {1, 2}))) {
            tracesOfSquares += square / (positions * positions);
        }
        for (double trace : Tensors.doubles(gradients.square().sum(new int[] {1, 2}))) {
            squaredTraces += (trace / positions) * (trace / positions);
        }
    }

    private static void addTo(double[] sum, float[] more) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += more[i];
        }
    }

    /** Puts the sums into a tally, their names starting with {@code prefix}. */
    public void into(Tally tally, String prefix) {
        tally.put(prefix + "outer_products", sum, width, width);
        tally.put(prefix + "rows", rows);
        tally.put(prefix + "samples", samples);
        tally.put(prefix + "traces_of_squares", tracesOfSquares);
        tally.put(prefix + "squared_traces", squaredTraces);
    }

    /** The sums of several tallies, read back. */
    public record Total(
            double[] outerProducts, double rows, double samples, double tracesOfSquares, double squaredTraces) {
        public static Total of(List<Tally> tallies, String prefix) {
            return new Total(
                    Tally.sum(tallies, prefix + "outer_products"),
                    Tally.sum(tallies, prefix + "rows")[0],
                    Tally.sum(tallies, prefix + "samples")[0],
                    Tally.sum(tallies, prefix + "traces_of_squares")[0],
                    Tally.sum(tallies, prefix + "squared_traces")[0]);
        }

        /** The total without one of the tallies that it is a sum of. */
        public Total minus(Total part) {
            double[] rest = new double[outerProducts.length];
            for (int i = 0; i < rest.length; i++) {
                rest[i] = outerProducts[i] - part.outerProducts[i];
            }
            return new Total(
                    rest,
                    rows - part.rows,
                    samples - part.samples,
                    tracesOfSquares - part.tracesOfSquares,
                    squaredTraces - part.squaredTraces);
        }

        public int width() {
            return (int) Math.round(Math.sqrt(outerProducts.length));
        }

        /** A = E[g gᵀ], row-major d × d. */
        public double[] matrix() {
            double[] mean = new double[outerProducts.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = outerProducts[i] / rows;
            }
            return mean;
        }

        public Spectrum spectrum() {
            return Spectrum.ofMatrix(matrix(), width());
        }

        /** κ_PR without the bias of few sequences. */
        public double participationRatio() {
            double traceOfMeanSquared = 0;
            double trace = 0;
            double[] mean = matrix();
            for (int i = 0; i < mean.length; i++) {
                traceOfMeanSquared += mean[i] * mean[i];
                trace += i % (width() + 1) == 0 ? mean[i] : 0;
            }
            return new ParticipationUStatistic(
                            (int) samples, traceOfMeanSquared, tracesOfSquares, trace, squaredTraces)
                    .ratio();
        }
    }
}
