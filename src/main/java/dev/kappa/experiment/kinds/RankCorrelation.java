package dev.kappa.experiment.kinds;

import dev.kappa.stats.Interval;
import dev.kappa.stats.NoisySpearman;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Spearman's ρ of two scores of features: as it is observed and, where blocks are enough to see noise, freed of it. */
final class RankCorrelation {
    private RankCorrelation() {}

    /**
     * Adds the metric {@code name} and, beside it, {@code name_corrected}.
     *
     * @param x first score, blocks × features
     * @param y second score, blocks × features
     * @param weights how many features each stands for
     * @param few the interval where there are too few blocks to correct anything
     */
    static void add(
            Metrics here,
            String name,
            double observed,
            double[][] x,
            double[][] y,
            double[] weights,
            double level,
            Supplier<Interval> few,
            long n,
            String... flags) {
        if (x.length < NoisySpearman.LEAST_BLOCKS) {
            here.add(name, observed, few.get(), n, flags);
            return;
        }
        NoisySpearman rho = NoisySpearman.of(x, y, weights, level, 0);
        List<String> all = new ArrayList<>(List.of(flags));
        if (rho.noiseDominated()) {
            all.add("noise_dominated");
        }
        String[] told = all.toArray(String[]::new);
        here.add(name, observed, rho.interval(), n, told);
        here.add(name + "_corrected", rho.estimate(), rho.interval(), n, told);
    }
}
