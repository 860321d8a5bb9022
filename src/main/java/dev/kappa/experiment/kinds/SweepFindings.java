package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.Concentration;
import dev.kappa.stats.FitReport;
import dev.kappa.stats.FormFit;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import dev.kappa.stats.Quantiles;
import dev.kappa.stats.SaturatingFit;
import dev.kappa.stats.Sweep;
import dev.kappa.stats.ThresholdCount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What the tallies of a width sweep say. Every number is computed once over all blocks, and once without
 * each block: the whole procedure, calibration included, is what the jackknife repeats.
 */
final class SweepFindings {
    static final double LEVEL = 0.95;
    private static final int FIT_RESAMPLES = 500;

    private final WidthSweep.Parameters parameters;
    private final int dimension;
    private final List<String> saes;
    private final SweepCounts all;
    private final List<SweepCounts> without = new ArrayList<>();
    private final CausalCounts causal;
    private final Metrics metrics = new Metrics();

    SweepFindings(WidthSweep.Parameters parameters, int dimension, List<String> saes, List<Tally> tallies) {
        this.parameters = parameters;
        this.dimension = dimension;
        this.saes = saes;
        List<FeatureTotals> totals = new ArrayList<>();
        List<FeatureTotals> nulls = new ArrayList<>();
        List<List<FeatureTotals>> parts = new ArrayList<>();
        List<List<FeatureTotals>> totalsWithout = new ArrayList<>();
        List<List<FeatureTotals>> nullsWithout = new ArrayList<>();
        boolean readsNull = parameters.calibration().method() == Calibration.Method.NULL;
        for (String sae : saes) {
            totals.add(FeatureTotals.of(tallies, sae + "/", parameters.aggregation()));
            parts.add(FeatureTotals.parts(tallies, sae + "/", parameters.aggregation()));
            totalsWithout.add(totals.get(totals.size() - 1).leaveOneOut(parts.get(parts.size() - 1)));
            if (readsNull) {
                nulls.add(FeatureTotals.ofNull(tallies, sae + "/", parameters.aggregation()));
                nullsWithout.add(nulls.get(nulls.size() - 1)
                        .leaveOneOut(tallies.stream()
                                .map(tally -> FeatureTotals.ofNull(List.of(tally), sae + "/", parameters.aggregation()))
                                .toList()));
            }
        }
        this.all = new SweepCounts(parameters.calibration(), parameters.minFires(), totals, nulls);
        for (int block = 0; block < tallies.size(); block++) {
            without.add(new SweepCounts(
                    parameters.calibration(),
                    parameters.minFires(),
                    at(totalsWithout, block),
                    at(nullsWithout, block)));
        }
        this.causal = new CausalCounts(all, without, parts, LEVEL);
    }

    private static List<FeatureTotals> at(List<List<FeatureTotals>> perSae, int block) {
        return perSae.stream().map(blocks -> blocks.get(block)).toList();
    }

    Findings findings() {
        FitReport fit = SaturatingFit.of(
                Sweep.of(all.widths(), all.causal()), new SaturatingFit.Settings(dimension, LEVEL, FIT_RESAMPLES, 0));
        for (int i = 0; i < saes.size(); i++) {
            width(i);
        }
        wedge();
        plateau(fit);
        SweepFigures figures = new SweepFigures(all, metrics.list(), fit, dimension);
        return new Findings(
                metrics.list(),
                List.of(counts(), figures.robustnessTable(), fits(fit)),
                figures.figures(),
                List.of());
    }

    private void width(int i) {
        FeatureTotals totals = all.totals().get(i);
        long tokens = (long) totals.tokens();
        double[] scores = totals.scores();
        Metrics here = metrics.about("sae", saes.get(i)).about("width", totals.width());
        List<String> flags = new ArrayList<>();
        if (parameters.calibration().forces(i)) {
            flags.add("forced");
        }
        if (all.causal()[i] == 0) {
            flags.add("none_above_threshold");
        }
        ThresholdCount count = causal.at(i);
        if (count.noiseDominated()) {
            flags.add("noise_dominated");
        }
        String[] causalFlags = flags.toArray(String[]::new);
        here.add(
                "n_rep",
                all.represented()[i],
                spread(c -> c.represented()[i]).clampedTo(0, totals.width()),
                tokens);
        here.add("n_causal", all.causal()[i], count.interval(), tokens, causalFlags);
        here.add("n_causal_corrected", count.estimate(), count.interval(), tokens, causalFlags);
        here.add("inert_fraction", all.inert(i), inert(count.interval(), all.represented()[i]), tokens, causalFlags);
        here.add("tau", all.thresholds()[i], unit(), Optional.of(jackknife(c -> c.thresholds()[i])), tokens, List.of());
        here.add("l0", totals.l0(), jackknife(c -> c.totals().get(i).l0()), tokens);
        here.add(
                "score_gini",
                Concentration.gini(scores),
                jackknife(c -> Concentration.gini(c.totals().get(i).scores())).clampedTo(0, 1),
                tokens);
        here.add(
                "score_participation",
                Concentration.participationRatio(scores),
                jackknife(c -> Concentration.participationRatio(c.totals().get(i).scores())),
                tokens);
        here.add(
                "score_p99_over_p50",
                spread(totals),
                jackknife(c -> spread(c.totals().get(i))),
                tokens);
    }

    private static Interval inert(Interval causal, double represented) {
        return new Interval(
                        1 - causal.high() / represented,
                        1 - causal.low() / represented,
                        LEVEL,
                        causal.method(),
                        causal.resamples())
                .clampedTo(0, 1);
    }

    /** Ratio of two quantiles of the scores of features that fire. */
    private static double spread(FeatureTotals totals) {
        double[] scores = totals.scores();
        double[] firing = IntStream.range(0, scores.length)
                .filter(i -> totals.fires()[i] > 0)
                .mapToDouble(i -> scores[i])
                .toArray();
        return firing.length == 0 ? Double.NaN : Quantiles.linear(firing, 0.99) / Quantiles.linear(firing, 0.5);
    }

    private String unit() {
        return switch (parameters.metric()) {
            case NEXT_TOKEN_LOSS, TARGET_LOGPROB, KL_DIVERGENCE -> "nats";
            case LOGIT_DIFFERENCE -> "logits";
        };
    }

    private void wedge() {
        if (saes.size() < 2) {
            return;
        }
        long tokens = (long) all.totals().get(0).tokens();
        String[] flags = parameters.calibration().forces(0) ? new String[] {"forced_base"} : new String[0];
        double represented = all.growth(all.represented());
        metrics.add("growth_rep", represented, spread(c -> c.growth(c.represented())), tokens);
        metrics.add("growth_causal", all.growth(all.causal()), overCausal(all::growth).uncorrectedInterval(LEVEL), tokens, flags);
        metrics.add("wedge", all.wedge(), overCausal(c -> represented / all.growth(c)).uncorrectedInterval(LEVEL), tokens, flags);
    }

    private void plateau(FitReport fit) {
        List<String> flags = new ArrayList<>();
        flags.add(fit.plateauIdentified() ? "plateau_identified" : "plateau_not_identified");
        flags.addAll(fit.doubts());
        flags.addAll(fit.flags());
        long n = saes.size();
        Interval overBlocks = fit.kappaForm() == null
                ? Interval.none(LEVEL, "jackknife_t_log", 0)
                : overCausal(counts -> refitted(fit, counts)).logInterval(LEVEL);
        metrics.add("kappa_hat", fit.kappaHat(), "features", Optional.of(overBlocks), n, flags);
        metrics.add("kappa_hat_over_widths", fit.kappaHat(), "features", Optional.of(fit.widthInterval()), n, flags);
        metrics.add("kappa_hat_over_d", fit.kappaHat() / dimension, "", Optional.empty(), n, flags);
    }

    /** κ̂ of the same form for other counts. */
    private double refitted(FitReport fit, double[] counts) {
        double[] possible = Arrays.stream(counts).map(count -> Math.max(0, count)).toArray();
        return SaturatingFit.of(Sweep.of(all.widths(), possible), new SaturatingFit.Settings(dimension, LEVEL, 1, 0))
                .fit(fit.kappaForm())
                .kappa();
    }

    /** Of what is computed from the causal counts, which are smooth in the blocks once corrected. */
    private Jackknife overCausal(ToDoubleFunction<double[]> of) {
        return Jackknife.over(
                without.size(),
                of.applyAsDouble(causal.estimates()),
                block -> of.applyAsDouble(causal.estimatesWithout(block)));
    }

    /** Of what is defined on just so many tokens: how much other tokens would have changed it. */
    private Interval spread(ToDoubleFunction<SweepCounts> of) {
        return Jackknife.of(all, without, of).uncorrectedInterval(LEVEL);
    }

    /** Of what the tokens are a sample for. */
    private Interval jackknife(ToDoubleFunction<SweepCounts> of) {
        return Jackknife.of(all, without, of).interval(LEVEL);
    }

    private Table counts() {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < saes.size(); i++) {
            rows.add(List.of(
                    saes.get(i),
                    all.totals().get(i).width(),
                    (long) all.represented()[i],
                    (long) all.causal()[i],
                    all.inert(i),
                    all.thresholds()[i],
                    all.totals().get(i).l0(),
                    parameters.calibration().forces(i)));
        }
        return new Table(
                "counts",
                "Features represented and causal, by width",
                List.of("sae", "width", "n_rep", "n_causal", "inert_fraction", "tau", "l0", "forced"),
                rows);
    }

    private static Table fits(FitReport report) {
        List<List<Object>> rows = new ArrayList<>();
        for (FormFit fit : report.fits()) {
            rows.add(Arrays.asList(
                    fit.form().name().toLowerCase(),
                    fit.converged(),
                    fit.kappa(),
                    fit.aicc(),
                    fit.delta(),
                    fit.rss(),
                    String.join(" ", fit.form().parameters()),
                    Arrays.toString(fit.parameters()),
                    fit.form() == report.best()));
        }
        return new Table(
                "fits",
                "Saturating forms and the power law fitted to N_causal",
                List.of("form", "converged", "kappa_hat", "aicc", "delta_aicc", "rss", "parameter_names", "parameters", "best"),
                rows);
    }
}
