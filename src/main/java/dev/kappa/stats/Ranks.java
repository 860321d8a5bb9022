package dev.kappa.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Ranks with ties, and Spearman's correlation of them, plain or with a weight for each item. */
public final class Ranks {
    private Ranks() {}

    /** Ranks 1 … n, ascending; tied values share the mean of their ranks. */
    public static double[] midranks(double[] values) {
        return midranks(values, ones(values.length));
    }

    /**
     * Midranks in a population in which item i stands for {@code weights[i]} items: the weight below it
     * plus half the weight tied with it, plus one half. Weights are inverse inclusion probabilities of a
     * stratified sample; equal weights of 1 give the ordinary midranks.
     */
    public static double[] midranks(double[] values, double[] weights) {
        Checks.sameLength("values and weights", values, weights);
        Checks.finite("values to rank", values);
        Integer[] order = order(values);
        double[] ranks = new double[values.length];
        double below = 0;
        int from = 0;
        while (from < order.length) {
            int to = from;
            double tied = 0;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                tied += weights[order[to++]];
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = below + tied / 2 + 0.5;
            }
            below += tied;
            from = to;
        }
        return ranks;
    }

    /** Spearman's ρ: Pearson's correlation of midranks. NaN when either side is constant. */
    public static double spearman(double[] x, double[] y) {
        return spearman(x, y, ones(x.length));
    }

    /** Spearman's ρ of the population that a weighted sample stands for; NaN when a side is constant. */
    public static double spearman(double[] x, double[] y, double[] weights) {
        Checks.sameLength("the two sides of a correlation", x, y);
        return pearson(midranks(x, weights), midranks(y, weights), weights);
    }

    /** Weighted Pearson correlation, −1 … 1; NaN when a side is constant. */
    public static double pearson(double[] x, double[] y, double[] weights) {
        Checks.sameLength("the two sides of a correlation", x, y);
        Checks.sameLength("values and weights", x, weights);
        double total = Arrays.stream(weights).sum();
        double meanX = dot(x, weights) / total;
        double meanY = dot(y, weights) / total;
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = x[i] - meanX;
            double dy = y[i] - meanY;
            xx += weights[i] * dx * dx;
            yy += weights[i] * dy * dy;
            xy += weights[i] * dx * dy;
        }
        return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : Double.NaN;
    }

    private static Integer[] order(double[] values) {
        Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
        return order;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** The weights of items that each stand for one. */
    public static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** The values at these places, in their order. */
    public static double[] pick(double[] values, int[] places) {
        return Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
    }
}
