package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Draws;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A stratified sample of a dictionary's features: those of the highest score for certain, and of the others some
 * at random, so that a high score that is missing among the first can still be seen.
 *
 * @param features numbers of the features, the certain ones first
 * @param certain how many are certain
 * @param width features of the dictionary
 */
record FeatureSample(int[] features, int certain, int width) {
    /** The {@code certain} features of the highest score, and {@code others} of the rest. */
    static FeatureSample draw(double[] scores, int certain, int others, long seed) {
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .mapToInt(i -> i)
                .toArray();
        int first = Math.min(certain, order.length);
        int last = (int) Math.min(order.length, (long) first + others);
        SplittableRandom random = Draws.of(seed, scores.length, "feature sample");
        for (int i = first; i < last; i++) {
            int j = random.nextInt(i, order.length);
            int taken = order[j];
            order[j] = order[i];
            order[i] = taken;
        }
        Arrays.sort(order, first, last);
        return new FeatureSample(Arrays.copyOf(order, last), first, scores.length);
    }

    static FeatureSample of(Tally tally) {
        int[] features = Arrays.stream(tally.doubles("sample")).mapToInt(i -> (int) i).toArray();
        return new FeatureSample(features, (int) tally.number("sample_certain"), (int) tally.number("sample_width"));
    }

    void into(Tally tally) {
        tally.put("sample", Arrays.stream(features).asDoubleStream().toArray())
                .put("sample_certain", certain)
                .put("sample_width", width);
    }

    int size() {
        return features.length;
    }

    /** How many were drawn at random. */
    int drawn() {
        return features.length - certain;
    }

    /** The share of the features that are not certain that was drawn; 1 where none is left out. */
    double drawnShare() {
        return width == certain ? 1 : (double) drawn() / (width - certain);
    }

    /** The place of each feature in the sample; −1 for features that are not in it. */
    int[] places() {
        int[] places = new int[width];
        Arrays.fill(places, -1);
        for (int i = 0; i < features.length; i++) {
            places[features[i]] = i;
        }
        return places;
    }

    /** How many features of the dictionary the one at each place stands for. */
    double[] weights() {
        return weights(drawn());
    }

    /** The same where one of those drawn at random is left out: each of the others stands for more. */
    double[] weightsWithoutOne() {
        return weights(drawn() - 1);
    }

    private double[] weights(int drawn) {
        double[] weights = new double[features.length];
        Arrays.fill(weights, 0, certain, 1);
        Arrays.fill(weights, certain, weights.length, (double) (width - certain) / drawn);
        return weights;
    }
}
