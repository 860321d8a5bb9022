package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Tally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which nodes of each place are kept.
 *
 * @param features of each place, one flag a feature
 * @param errors one flag a place
 */
record Circuit(List<boolean[]> features, boolean[] errors) {
    /** Thresholds that a circuit is cut out at, as multiples of the run's own, which is one of them. */
    static final double[] GRID = {0.125, 0.25, 0.5, 1, 2, 4};

    /** The nodes whose mean effect is larger than the threshold, from sums over pairs in a tally. */
    static Circuit above(double threshold, CircuitRecall.Parameters parameters, Tally sums, String prefix) {
        double pairs = sums.number(prefix + "pairs");
        List<boolean[]> features = new ArrayList<>();
        boolean[] errors = new boolean[parameters.places().size()];
        for (int p = 0; p < errors.length; p++) {
            String label = prefix + parameters.places().get(p).label();
            double[] effects = sums.doubles(label + "/reference");
            boolean[] kept = new boolean[effects.length];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = Math.abs(effects[i] / pairs) > threshold;
            }
            features.add(kept);
            errors[p] = switch (parameters.errors()) {
                case KEPT -> true;
                case REMOVED -> false;
                case BY_EFFECT -> Math.abs(sums.number(label + "/reference_error") / pairs) > threshold;
            };
        }
        return new Circuit(features, errors);
    }

    /** Nothing, but the errors where they are always kept. */
    Circuit none(CircuitRecall.Errors rule) {
        boolean[] kept = new boolean[errors.length];
        Arrays.fill(kept, rule == CircuitRecall.Errors.KEPT);
        return new Circuit(features.stream().map(f -> new boolean[f.length]).toList(), kept);
    }

    /** Every node that is not in this one; errors change sides only where they are nodes. */
    Circuit complement(CircuitRecall.Errors rule) {
        boolean[] others = errors.clone();
        for (int p = 0; p < others.length; p++) {
            others[p] = rule == CircuitRecall.Errors.BY_EFFECT ? !errors[p] : errors[p];
        }
        return new Circuit(
                features.stream()
                        .map(kept -> {
                            boolean[] rest = new boolean[kept.length];
                            for (int i = 0; i < rest.length; i++) {
                                rest[i] = !kept[i];
                            }
                            return rest;
                        })
                        .toList(),
                others);
    }

    long featureCount() {
        return features.stream()
                .mapToLong(kept -> IntStream.range(0, kept.length).filter(i -> kept[i]).count())
                .sum();
    }
}
