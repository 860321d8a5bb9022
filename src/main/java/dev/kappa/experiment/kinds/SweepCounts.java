package dev.kappa.experiment.kinds;

import java.util.List;

/** The counts of a width sweep under one calibration: a pure function of the dictionaries' totals. */
final class SweepCounts {
    private final List<FeatureTotals> totals;
    private final double[] thresholds;
    private final double[] represented;
    private final double[] causal;

    /** @param totals of each dictionary, the narrowest first; {@code nulls} may be empty */
    SweepCounts(Calibration calibration, int minFires, List<FeatureTotals> totals, List<FeatureTotals> nulls) {
        this.totals = totals;
        List<double[]> scores = totals.stream().map(FeatureTotals::scores).toList();
        this.thresholds =
                calibration.thresholds(scores, nulls.stream().map(FeatureTotals::scores).toList());
        this.represented = totals.stream().mapToDouble(t -> t.represented(minFires)).toArray();
        this.causal = new double[totals.size()];
        for (int i = 0; i < causal.length; i++) {
            causal[i] = Calibration.countAbove(scores.get(i), thresholds[i]);
        }
    }

    List<FeatureTotals> totals() {
        return totals;
    }

    double[] widths() {
        return totals.stream().mapToDouble(FeatureTotals::width).toArray();
    }

    double[] thresholds() {
        return thresholds;
    }

    double[] represented() {
        return represented;
    }

    double[] causal() {
        return causal;
    }

    /** 1 − N_causal / N_rep. */
    double inert(int i) {
        return 1 - causal[i] / represented[i];
    }

    /** From the narrowest dictionary to the widest. */
    double growth(double[] counts) {
        return counts[counts.length - 1] / counts[0];
    }

    /** How many times more the represented features grow than the causal ones. */
    double wedge() {
        return growth(represented) / growth(causal);
    }
}
