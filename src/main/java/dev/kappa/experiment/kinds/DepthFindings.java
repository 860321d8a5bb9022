package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.Concentration;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import dev.kappa.stats.Quantiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the tallies of {@link DepthSweep} say: κ at every hook, and three counts of each dictionary's features. */
final class DepthFindings {
    private static final double LEVEL = 0.95;

    private final DepthSweep.Parameters parameters;
    private final List<Tally> tallies;
    private final List<Place> places;
    private final List<Layer> all;
    private final List<List<Layer>> without = new ArrayList<>();
    private final Metrics metrics = new Metrics();

    DepthFindings(DepthSweep.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.tallies = tallies;
        this.places = parameters.withDictionary();
        List<FeatureTotals> totals = new ArrayList<>();
        List<List<FeatureTotals>> lacking = new ArrayList<>();
        for (Place place : places) {
            String prefix = place.label() + "/";
            FeatureTotals total = FeatureTotals.of(tallies, prefix, parameters.aggregation());
            totals.add(total);
            lacking.add(total.leaveOneOut(FeatureTotals.parts(tallies, prefix, parameters.aggregation())));
        }
        this.all = layers(totals);
        for (int block = 0; block < tallies.size(); block++) {
            int left = block;
            without.add(layers(lacking.stream().map(blocks -> blocks.get(left)).toList()));
        }
    }

    /** One dictionary's counts. */
    private record Layer(
            FeatureTotals totals,
            double represented,
            double ownTau,
            double own,
            double mass,
            double sharedTau,
            double shared) {}

    private List<Layer> layers(List<FeatureTotals> totals) {
        List<double[]> scores = totals.stream().map(FeatureTotals::scores).toList();
        double shared = parameters.tau() != null ? parameters.tau() : pooledQuantile(scores);
        return IntStream.range(0, totals.size())
                .mapToObj(i -> {
                    double own = Quantiles.linear(scores.get(i), parameters.q());
                    return new Layer(
                            totals.get(i),
                            totals.get(i).represented(parameters.minFires()),
                            own,
                            Calibration.countAbove(scores.get(i), own),
                            Concentration.smallestSet(scores.get(i), parameters.share()).count(),
                            shared,
                            Calibration.countAbove(scores.get(i), shared));
                })
                .toList();
    }

    private double pooledQuantile(List<double[]> scores) {
        double[] pooled = scores.stream().flatMapToDouble(Arrays::stream).toArray();
        return pooled.length == 0 ? Double.NaN : Quantiles.linear(pooled, parameters.q());
    }

    Findings findings() {
        JacobianFindings jacobian = new JacobianFindings(parameters.allProbes().empirical());
        parameters.hooks().forEach(hook -> jacobian.add(hook.toString(), tallies));
        Findings kappas = jacobian.findings();
        for (int i = 0; i < places.size(); i++) {
            layer(i);
        }
        List<Figure> figures = new ArrayList<>();
        figures.add(depth(kappas.metrics()));
        if (!places.isEmpty()) {
            figures.add(counts());
        }
        return new Findings(
                Stream.concat(kappas.metrics().stream(), metrics.list().stream()).toList(),
                Stream.concat(Stream.of(table()), kappas.tables().stream()).toList(),
                Stream.concat(figures.stream(), kappas.figures().stream()).toList(),
                List.of());
    }

    private void layer(int i) {
        Layer layer = all.get(i);
        long n = (long) layer.totals().tokens();
        Metrics here = metrics.about("hook", places.get(i).hook())
                .about("sae", places.get(i).sae())
                .about("width", layer.totals().width());
        int most = layer.totals().width();
        here.add("n_rep", layer.represented(), interval(i, Layer::represented).clampedTo(0, most), n);
        Metrics own = here.about("threshold", "own");
        own.add("n_causal", layer.own(), interval(i, Layer::own).clampedTo(0, most), n, "forced");
        own.add("tau", layer.ownTau(), interval(i, Layer::ownTau), n);
        here.about("threshold", "mass")
                .add("n_causal", layer.mass(), interval(i, Layer::mass).clampedTo(0, most), n);
        // With one dictionary the pooled quantile is its own.
        String[] forced = parameters.tau() == null && places.size() == 1 ? new String[] {"forced"} : new String[0];
        Metrics shared = here.about("threshold", "shared");
        shared.add("n_causal", layer.shared(), interval(i, Layer::shared).clampedTo(0, most), n, forced);
        shared.add("tau", layer.sharedTau(), n);
        here.add("l0", layer.totals().l0(), interval(i, l -> l.totals().l0()), n);
        here.add(
                "score_participation",
                Concentration.participationRatio(layer.totals().scores()),
                interval(i, l -> Concentration.participationRatio(l.totals().scores())),
                n);
        if (i > 0) {
            here.about("threshold", "own")
                    .add(
                            "tau_over_first",
                            layer.ownTau() / all.get(0).ownTau(),
                            Jackknife.of(all, without, layers -> layers.get(i).ownTau() / layers.get(0).ownTau())
                                    .logInterval(LEVEL),
                            n);
        }
    }

    /** Without a correction of the bias, which would multiply the jumps of a count or a quantile. */
    private Interval interval(int i, ToDoubleFunction<Layer> of) {
        return Jackknife.of(all, without, layers -> of.applyAsDouble(layers.get(i))).uncorrectedInterval(LEVEL);
    }

    private Table table() {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            Layer layer = all.get(i);
            rows.add(List.of(
                    places.get(i).hook(),
                    places.get(i).sae(),
                    layer.totals().width(),
                    (long) layer.represented(),
                    layer.ownTau(),
                    (long) layer.own(),
                    (long) layer.mass(),
                    layer.sharedTau(),
                    (long) layer.shared()));
        }
        return new Table(
                "counts",
                "Features by layer; n_own is forced by its threshold",
                List.of("hook", "sae", "width", "n_rep", "tau_own", "n_own", "n_mass", "tau_shared", "n_shared"),
                rows);
    }

    private Figure depth(List<Metric> found) {
        List<Metric> kappas = found.stream().filter(m -> m.name().equals("kappa")).toList();
        return new Figure(
                "depth",
                "κ by depth",
                Figure.Axis.linear("layer", ""),
                Figure.Axis.linear("κ", "directions"),
                List.of(Figure.Series.of(
                        "κ",
                        "line_points",
                        parameters.hooks().stream().mapToDouble(hook -> hook.layer()).toArray(),
                        kappas.stream().mapToDouble(Metric::value).toArray(),
                        kappas.stream().map(m -> m.interval().orElseThrow()).toList())),
                List.of());
    }

    private Figure counts() {
        double[] layers = places.stream().mapToDouble(place -> place.point().layer()).toArray();
        return new Figure(
                "counts",
                "Features by depth",
                Figure.Axis.linear("layer", ""),
                Figure.Axis.log("count", "features"),
                List.of(
                        series("N_rep", layers, Layer::represented),
                        series("N_causal, own threshold (forced)", layers, Layer::own),
                        series("N_causal, share of scores", layers, Layer::mass),
                        series("N_causal, shared threshold", layers, Layer::shared)),
                List.of());
    }

    private Figure.Series series(String label, double[] x, ToDoubleFunction<Layer> of) {
        return Figure.Series.of(label, "line_points", x, all.stream().mapToDouble(of).toArray());
    }
}
