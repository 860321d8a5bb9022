package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.OuterProducts;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import dev.kappa.stats.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What tallies of outer products say: κ and its relatives at each hook, the spectrum, the convergence. */
final class JacobianFindings {
    /** κ still climbs when the last quarter of the data raises it by more than this share. */
    private static final double CLIMB = 0.01;

    private static final double LEVEL = 0.95;

    private final boolean empirical;
    private final Metrics metrics = new Metrics();
    private final List<List<Object>> spectrumRows = new ArrayList<>();
    private final List<List<Object>> convergenceRows = new ArrayList<>();
    private final List<Figure.Series> spectra = new ArrayList<>();
    private final List<Figure.Series> convergence = new ArrayList<>();

    /** @param empirical true where the labels were the true ones: not the Fisher, and flagged */
    JacobianFindings(boolean empirical) {
        this.empirical = empirical;
    }

    void add(String hook, List<Tally> tallies) {
        String prefix = hook + "/";
        OuterProducts.Total total = OuterProducts.Total.of(tallies, prefix);
        List<OuterProducts.Total> parts =
                tallies.stream().map(tally -> OuterProducts.Total.of(List.of(tally), prefix)).toList();
        Spectrum all = total.spectrum();
        double[] curve = convergence(hook, tallies, prefix);
        boolean climbs = !(curve[3] - curve[2] <= CLIMB * curve[3]);
        List<Spectrum> without = parts.stream().map(part -> total.minus(part).spectrum()).toList();
        int width = total.width();
        long n = (long) total.rows();
        String[] flags = flags(climbs);
        Metrics here = metrics.about("hook", hook);
        Interval kappa = interval(all, without, Spectrum::effectiveRank);
        here.add("kappa", all.effectiveRank(), kappa, n, flags);
        here.add(
                "kappa_over_d",
                all.effectiveRank() / width,
                new Interval(kappa.low() / width, kappa.high() / width, LEVEL, kappa.method(), kappa.resamples()),
                n,
                flags);
        here.add(
                "kappa_pr",
                total.participationRatio(),
                Jackknife.over(
                                parts.size(),
                                total.participationRatio(),
                                b -> total.minus(parts.get(b)).participationRatio())
                        .uncorrectedInterval(LEVEL),
                n,
                flags());
        here.add("kappa_pr_plug_in", all.participationRatio(), interval(all, without, Spectrum::participationRatio), n, flags);
        here.add("stable_rank", all.stableRank(), interval(all, without, Spectrum::stableRank), n, flags);
        here.add("trace", all.trace(), interval(all, without, Spectrum::trace), n, flags());
        here.add("d", width, n);
        spectrum(hook, all);
    }

    private String[] flags(String... more) {
        List<String> flags = new ArrayList<>(Arrays.asList(more));
        if (empirical) {
            flags.add("empirical_fisher");
        }
        return flags.toArray(String[]::new);
    }

    private String[] flags(boolean climbs) {
        return climbs ? flags("undersampled") : flags();
    }

    private static Interval interval(Spectrum all, List<Spectrum> without, ToDoubleFunction<Spectrum> of) {
        return Jackknife.of(all, without, of).logInterval(LEVEL);
    }

    /** κ of the first quarter of the blocks, the first half, three quarters, and all. */
    private double[] convergence(String hook, List<Tally> tallies, String prefix) {
        double[] kappas = new double[4];
        double[] rows = new double[4];
        for (int quarter = 1; quarter <= 4; quarter++) {
            int blocks = Math.max(1, tallies.size() * quarter / 4);
            OuterProducts.Total part = OuterProducts.Total.of(tallies.subList(0, blocks), prefix);
            rows[quarter - 1] = part.rows();
            kappas[quarter - 1] = part.spectrum().effectiveRank();
            convergenceRows.add(List.of(hook, (long) part.rows(), kappas[quarter - 1]));
        }
        convergence.add(Figure.Series.of(hook, "line_points", rows, kappas));
        return kappas;
    }

    private void spectrum(String hook, Spectrum all) {
        double[] shares = Arrays.stream(all.eigenvalues()).map(value -> value / all.trace()).toArray();
        double[] index = IntStream.rangeClosed(1, shares.length).asDoubleStream().toArray();
        double cumulated = 0;
        for (int i = 0; i < shares.length; i++) {
            cumulated += shares[i];
            spectrumRows.add(List.of(hook, i + 1, all.eigenvalues()[i], shares[i], cumulated));
        }
        spectra.add(Figure.Series.of(hook, "line", index, shares));
    }

    Findings findings() {
        return new Findings(
                metrics.list(),
                List.of(
                        new Table(
                                "spectrum",
                                "Eigenvalues of A, largest first",
                                List.of("hook", "index", "eigenvalue", "share", "cumulated_share"),
                                spectrumRows),
                        new Table(
                                "convergence",
                                "κ against the number of gradients",
                                List.of("hook", "gradients", "kappa"),
                                convergenceRows)),
                List.of(
                        new Figure(
                                "spectrum",
                                "Spectrum of the expected Jacobian outer product",
                                Figure.Axis.log("index", ""),
                                Figure.Axis.log("share of the trace", ""),
                                spectra,
                                List.of()),
                        new Figure(
                                "convergence",
                                "κ against the amount of data",
                                Figure.Axis.linear("gradients", "tokens × probes"),
                                Figure.Axis.linear("κ", "directions"),
                                convergence,
                                List.of())),
                List.of());
    }
}
