package dev.kappa.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well the k items with the highest score cover the relevant ones. Items tied at the k-th place share
 * the places that are left, so the result is the mean over all ways to break the tie. With weights (inverse
 * inclusion probabilities of a stratified sample) every count is the estimated count of the population.
 *
 * @param precision share of the first k that is relevant, 0 … 1; NaN for k = 0
 * @param recall share of the relevant that is among the first k, 0 … 1; NaN when nothing is relevant
 */
public record Retrieval(double precision, double recall) {

    /** Relevant are the k items with the highest reference value: precision and recall agree. */
    public static Retrieval atK(double[] score, double[] reference, int k) {
        return atK(score, reference, Ranks.ones(score.length), k);
    }

    /** The same for a weighted sample of a population, in which k counts items of the population. */
    public static Retrieval atK(double[] score, double[] reference, double[] weights, int k) {
        return of(firstK(score, weights, k), firstK(reference, weights, k), weights);
    }

    /** Relevant are the items marked so. */
    public static Retrieval atK(double[] score, boolean[] relevant, int k) {
        double[] marks = new double[relevant.length];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = relevant[i] ? 1 : 0;
        }
        double[] weights = Ranks.ones(score.length);
        return of(firstK(score, weights, k), marks, weights);
    }

    /** For every item the share of it, 0 … 1, that is among the first k of the population by value. */
    public static double[] firstK(double[] values, double[] weights, int k) {
        Checks.sameLength("values and weights", values, weights);
        Checks.finite("values to rank", values);
        Checks.atLeast("k", k, 0);
        Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> -values[i]));
        double[] share = new double[values.length];
        double left = k;
        int from = 0;
        while (from < order.length && left > 0) {
            int to = from;
            double tied = 0;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                tied += weights[order[to++]];
            }
            double part = Math.min(1, left / tied);
            for (; from < to; from++) {
                share[order[from]] = part;
            }
            left -= tied;
        }
        return share;
    }

    private static Retrieval of(double[] chosen, double[] relevant, double[] weights) {
        Checks.sameLength("scores and relevance", chosen, relevant);
        double both = 0;
        double allChosen = 0;
        double allRelevant = 0;
        for (int i = 0; i < chosen.length; i++) {
            both += weights[i] * chosen[i] * relevant[i];
            allChosen += weights[i] * chosen[i];
            allRelevant += weights[i] * relevant[i];
        }
        return new Retrieval(both / allChosen, both / allRelevant);
    }
}
