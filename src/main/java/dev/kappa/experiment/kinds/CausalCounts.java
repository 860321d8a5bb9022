package dev.kappa.experiment.kinds;

import dev.kappa.stats.ThresholdCount;
import java.util.ArrayList;
import java.util.List;

/** N_causal of each width of a sweep without the bias that noise gives to a count over a threshold. */
final class CausalCounts {
    private final List<ThresholdCount> counts = new ArrayList<>();

    /**
     * @param all the counts of all blocks
     * @param without the counts without each block: their thresholds are read
     * @param parts totals of each dictionary in each block
     */
    CausalCounts(SweepCounts all, List<SweepCounts> without, List<List<FeatureTotals>> parts, double level) {
        for (int i = 0; i < parts.size(); i++) {
            int place = i;
            FeatureTotals total = all.totals().get(i);
            double[][] blocks =
                    parts.get(i).stream().map(part -> part.scoresAlong(total)).toArray(double[][]::new);
            double[] thresholds =
                    without.stream().mapToDouble(counted -> counted.thresholds()[place]).toArray();
            counts.add(ThresholdCount.above(all.thresholds()[i], thresholds, blocks, level));
        }
    }

    ThresholdCount at(int place) {
        return counts.get(place);
    }

    /** Of all widths, the narrowest first. */
    double[] estimates() {
        return counts.stream().mapToDouble(ThresholdCount::estimate).toArray();
    }

    /** The estimates without one block. */
    double[] estimatesWithout(int block) {
        return counts.stream().mapToDouble(count -> count.withoutBlock()[block]).toArray();
    }
}
