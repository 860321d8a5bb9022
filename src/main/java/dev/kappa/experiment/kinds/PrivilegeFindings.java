package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.OuterProducts;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import dev.kappa.stats.Quantiles;
import dev.kappa.stats.Ranks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What the tallies of {@link GeometricPrivilege} say of three groups of directions. */
final class PrivilegeFindings {
    private static final double LEVEL = 0.95;
    private static final int POINTS = 99;

    private final GeometricPrivilege.Parameters parameters;
    private final List<Tally> tallies;
    private final View all;
    private final List<View> without;

    PrivilegeFindings(GeometricPrivilege.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.tallies = tallies;
        this.all = view(tallies);
        this.without = Tally.leaveOneOut(tallies).stream().map(this::view).toList();
    }

    /** Energies over their mean over all directions, and scores of the same features. */
    private record View(double tau, double[] scores, double[] decoder, double[] random, boolean[] fires) {
        double[] causal() {
            return select(i -> fires[i] && scores[i] > tau);
        }

        double[] inert() {
            return select(i -> fires[i] && scores[i] <= tau);
        }

        private double[] select(IntPredicate chosen) {
            return Ranks.pick(decoder, IntStream.range(0, decoder.length).filter(chosen).toArray());
        }

        /** Spearman's ρ of score and energy over the features that fire. */
        double rankCorrelation() {
            int[] firing = firing();
            return Ranks.spearman(Ranks.pick(scores, firing), Ranks.pick(decoder, firing));
        }

        int[] firing() {
            return IntStream.range(0, decoder.length).filter(i -> fires[i]).toArray();
        }

        /** Chance that a causal feature has more energy than an inert one. */
        double separation() {
            double[] causal = causal();
            double[] inert = inert();
            double[] both = IntStream.range(0, causal.length + inert.length)
                    .mapToDouble(i -> i < causal.length ? causal[i] : inert[i - causal.length])
                    .toArray();
            double ranks = Arrays.stream(Ranks.midranks(both), 0, causal.length).sum();
            return (ranks - causal.length * (causal.length + 1) / 2.0) / ((double) causal.length * inert.length);
        }
    }

    private View view(List<Tally> some) {
        OuterProducts.Total total = OuterProducts.Total.of(some, parameters.hook() + "/");
        double trace = 0;
        for (int i = 0; i < total.outerProducts().length; i += total.width() + 1) {
            trace += total.outerProducts()[i];
        }
        double mean = trace / total.width();
        FeatureTotals totals = FeatureTotals.of(some, parameters.sae() + "/", parameters.aggregation());
        List<double[]> nulls = parameters.calibration().method() == Calibration.Method.NULL
                ? List.of(FeatureTotals.ofNull(some, parameters.sae() + "/", parameters.aggregation()).scores())
                : List.of();
        double[] scores = totals.scores();
        boolean[] fires = new boolean[scores.length];
        for (int i = 0; i < fires.length; i++) {
            fires[i] = totals.fires()[i] >= parameters.minFires();
        }
        return new View(
                parameters.calibration().thresholds(List.of(scores), nulls)[0],
                scores,
                scaled(Tally.sum(some, "energy/decoder"), mean),
                scaled(Tally.sum(some, "energy/random"), mean),
                fires);
    }

    private static double[] scaled(double[] energies, double mean) {
        return Arrays.stream(energies).map(energy -> energy / mean).toArray();
    }

    Findings findings() {
        long n = (long) OuterProducts.Total.of(tallies, parameters.hook() + "/").rows();
        String[] flags = parameters.allProbes().empirical() ? new String[] {"empirical_fisher"} : new String[0];
        Metrics metrics = new Metrics().about("sae", parameters.sae()).about("hook", parameters.hook());
        group(metrics, "causal", View::causal, n, flags);
        group(metrics, "inert", View::inert, n, flags);
        group(metrics, "random", View::random, n, flags);
        ratio(metrics, "causal_over_inert", v -> mean(v.causal()) / mean(v.inert()), n, flags);
        ratio(metrics, "causal_over_random", v -> mean(v.causal()) / mean(v.random()), n, flags);
        ratio(metrics, "inert_over_random", v -> mean(v.inert()) / mean(v.random()), n, flags);
        Interval separation = jackknife(View::separation).uncorrectedInterval(LEVEL).clampedTo(0, 1);
        metrics.add("separation", all.separation(), separation, n, flags);
        correlation(metrics, n, flags);
        metrics.add("tau", all.tau(), n);
        return new Findings(metrics.list(), List.of(table()), List.of(quantiles()), List.of());
    }

    /** Of the features that fire; scores and energies of a block are of the same passes. */
    private void correlation(Metrics metrics, long n, String... flags) {
        String prefix = parameters.sae() + "/";
        FeatureTotals whole = FeatureTotals.of(tallies, prefix, parameters.aggregation());
        int[] firing = all.firing();
        double[][] scores = FeatureTotals.parts(tallies, prefix, parameters.aggregation()).stream()
                .map(block -> Ranks.pick(block.scoresAlong(whole), firing))
                .toArray(double[][]::new);
        double[][] energies = tallies.stream()
                .map(tally -> Ranks.pick(tally.doubles("energy/decoder"), firing))
                .toArray(double[][]::new);
        RankCorrelation.add(
                metrics,
                "score_energy_spearman",
                all.rankCorrelation(),
                scores,
                energies,
                Ranks.ones(firing.length),
                LEVEL,
                () -> jackknife(View::rankCorrelation).fisherInterval(LEVEL),
                n,
                flags);
    }

    private void group(Metrics metrics, String name, Function<View, double[]> of, long n, String... flags) {
        Metrics here = metrics.about("group", name);
        here.add("directions", of.apply(all).length, n);
        ratio(here, "mean_energy", v -> mean(of.apply(v)), n, flags);
        ratio(here, "median_energy", v -> Quantiles.linear(of.apply(v), 0.5), n, flags);
    }

    /** Without a correction of the bias, which would multiply the jumps of features that change groups. */
    private void ratio(Metrics metrics, String name, ToDoubleFunction<View> of, long n, String... flags) {
        metrics.add(name, of.applyAsDouble(all), jackknife(of).uncorrectedInterval(LEVEL), n, flags);
    }

    private Jackknife jackknife(ToDoubleFunction<View> of) {
        return Jackknife.of(all, without, of);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private Table table() {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < all.decoder().length; i++) {
            if (all.fires()[i]) {
                rows.add(List.of(i, all.scores()[i], all.decoder()[i], all.scores()[i] > all.tau()));
            }
        }
        return new Table(
                "features",
                "Energy of the decoder rows of features that fire, over the mean of all directions",
                List.of("feature", "score", "energy", "causal"),
                rows);
    }

    private Figure quantiles() {
        double[] shares = IntStream.rangeClosed(1, POINTS).mapToDouble(i -> i / (POINTS + 1.0)).toArray();
        return new Figure(
                "energy",
                "Energy of directions under the Jacobian",
                Figure.Axis.linear("share of the group with less", ""),
                Figure.Axis.log("energy over the mean of all directions", ""),
                List.of(
                        curve("causal", all.causal(), shares),
                        curve("inert", all.inert(), shares),
                        curve("random", all.random(), shares)),
                List.of(new Figure.Line("mean of all directions", "y", 1)));
    }

    private static Figure.Series curve(String label, double[] energies, double[] shares) {
        return Figure.Series.of(
                label,
                "line",
                shares,
                Arrays.stream(shares).map(q -> Quantiles.linear(energies, q)).toArray());
    }
}
