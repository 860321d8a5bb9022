package dev.kappa.experiment.kinds;

import dev.kappa.corpus.PairSelection;
import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import dev.kappa.stats.Quantiles;
import dev.kappa.stats.Ranks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What the tallies of {@link CircuitRecall} say: over all blocks of effects, over the second half of cut circuits. */
final class CircuitFindings {
    private static final double LEVEL = 0.95;
    private static final int[] PERCENTILES = {99, 98, 95};
    private static final int ROWS = 100;

    private final CircuitRecall.Parameters parameters;
    private final List<Tally> tallies;
    private final List<List<Tally>> talliesWithout;
    private final Effects all;
    private final List<Effects> without;
    private final Metrics metrics = new Metrics();

    CircuitFindings(CircuitRecall.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.tallies = tallies;
        this.talliesWithout = Tally.leaveOneOut(tallies);
        this.all = effects(tallies);
        this.without = talliesWithout.stream().map(this::effects).toList();
    }

    /** Mean effects of the features of all places, one place after the other. */
    private record Effects(double[] attribution, double[] reference, double threshold) {
        boolean relevant(int i) {
            return Math.abs(reference[i]) > threshold;
        }

        long nodes() {
            return IntStream.range(0, reference.length).filter(this::relevant).count();
        }

        /** The size of effect that so many percent of all features' attributions do not exceed. */
        double cutoff(int percentile) {
            return Quantiles.linear(Arrays.stream(attribution).map(Math::abs).toArray(), percentile / 100.0);
        }

        private double both(int percentile) {
            double cutoff = cutoff(percentile);
            return IntStream.range(0, reference.length)
                    .filter(i -> relevant(i) && Math.abs(attribution[i]) > cutoff)
                    .count();
        }

        double chosen(int percentile) {
            double cutoff = cutoff(percentile);
            return Arrays.stream(attribution).filter(effect -> Math.abs(effect) > cutoff).count();
        }

        double recall(int percentile) {
            return both(percentile) / nodes();
        }

        double precision(int percentile) {
            return both(percentile) / chosen(percentile);
        }

        /** Features that have an effect by either measure. */
        int[] some() {
            return IntStream.range(0, reference.length)
                    .filter(i -> reference[i] != 0 || attribution[i] != 0)
                    .toArray();
        }

        /** Spearman's ρ over those. */
        double spearman() {
            int[] some = some();
            return Ranks.spearman(Ranks.pick(attribution, some), Ranks.pick(reference, some));
        }
    }

    private Effects effects(List<Tally> some) {
        return new Effects(
                means(some, "/attribution"), means(some, "/reference"), parameters.nodeThreshold());
    }

    private double[] means(List<Tally> some, String name) {
        double pairs = Tally.sum(some, "pairs")[0];
        return parameters.places().stream()
                .flatMapToDouble(place -> Arrays.stream(Tally.sum(some, place.label() + name)))
                .map(sum -> sum / pairs)
                .toArray();
    }

    Findings findings() {
        long n = (long) Tally.sum(tallies, "pairs")[0];
        tallies.stream().filter(tally -> tally.has(CircuitMeasurement.PAIRS_READ)).findFirst().ifPresent(this::dropped);
        behaviour(n);
        String[] empty = all.nodes() == 0 ? new String[] {"reference_empty"} : new String[0];
        Metrics reference = metrics.about("method", parameters.method().name().toLowerCase(Locale.ROOT));
        Interval nodes = Jackknife.of(all, without, Effects::nodes).uncorrectedInterval(LEVEL);
        reference.add("reference_nodes", all.nodes(), nodes, n, empty);
        boolean same = parameters.method() == CircuitRecall.Method.ATTRIBUTION;
        correlation(reference, n, same ? new String[] {"same_estimator"} : new String[0]);
        for (int percentile : PERCENTILES) {
            List<String> flags = new ArrayList<>(List.of(empty));
            if (all.nodes() > all.chosen(percentile)) {
                flags.add("fewer_chosen_than_reference");
            }
            Metrics here = reference.about("percentile", percentile);
            String[] array = flags.toArray(String[]::new);
            here.add("recall", all.recall(percentile), share(e -> e.recall(percentile)), n, array);
            here.add("precision", all.precision(percentile), share(e -> e.precision(percentile)), n, array);
        }
        errors(reference, n);
        List<Figure> figures = new ArrayList<>();
        List<Table> tables = new ArrayList<>(List.of(nodes()));
        List<Tally> cut = tallies.stream().filter(tally -> tally.has("cut/pairs")).toList();
        if (!cut.isEmpty()) {
            CutFindings circuits = new CutFindings(parameters, cut);
            circuits.addTo(metrics);
            tables.add(circuits.table());
            figures.add(circuits.figure());
        }
        figures.add(scatter());
        return new Findings(metrics.list(), tables, figures, List.of());
    }

    /** Why pairs of the file do not suit the tokenizer. */
    private void dropped(Tally tally) {
        long read = (long) tally.number(CircuitMeasurement.PAIRS_READ);
        double all = 0;
        for (PairSelection.Reason reason : PairSelection.Reason.values()) {
            double dropped = tally.number(CircuitMeasurement.PAIRS_DROPPED + reason.label());
            metrics.about("reason", reason.label()).add("pairs_dropped", dropped, read);
            all += dropped;
        }
        metrics.add("pairs_suitable", read - all, read);
    }

    private void correlation(Metrics here, long n, String... flags) {
        int[] some = all.some();
        List<Effects> blocks = tallies.stream().map(tally -> effects(List.of(tally))).toList();
        RankCorrelation.add(
                here,
                "spearman",
                all.spearman(),
                blocks.stream().map(block -> Ranks.pick(block.attribution(), some)).toArray(double[][]::new),
                blocks.stream().map(block -> Ranks.pick(block.reference(), some)).toArray(double[][]::new),
                Ranks.ones(some.length),
                LEVEL,
                () -> Jackknife.of(all, without, Effects::spearman).fisherInterval(LEVEL),
                n,
                flags);
    }

    private void behaviour(long n) {
        for (String[] names : new String[][] {{"clean", "clean_logit_difference"}, {"correct", "accuracy"}}) {
            mean(names[1], some -> Tally.sum(some, names[0])[0] / Tally.sum(some, "pairs")[0], n);
        }
        mean(
                "total_effect",
                some -> (Tally.sum(some, "clean")[0] - Tally.sum(some, "patched")[0]) / Tally.sum(some, "pairs")[0],
                n);
    }

    private void mean(String name, ToDoubleFunction<List<Tally>> of, long n) {
        String unit = name.equals("accuracy") ? "" : "logits";
        metrics.add(name, of.applyAsDouble(tallies), unit, Optional.of(interval(of)), n, List.of());
    }

    private Interval interval(ToDoubleFunction<List<Tally>> of) {
        return Jackknife.of(tallies, talliesWithout, of).uncorrectedInterval(LEVEL);
    }

    /** What the dictionaries do not explain of each place's effect. */
    private void errors(Metrics reference, long n) {
        for (Place place : parameters.places()) {
            ToDoubleFunction<List<Tally>> of = some -> Tally.sum(some, place.label() + "/reference_error")[0]
                    / Tally.sum(some, "pairs")[0];
            Optional<Interval> interval = Optional.of(interval(of));
            reference
                    .about("hook", place.hook())
                    .add("error_effect", of.applyAsDouble(tallies), "logits", interval, n, List.of());
        }
    }

    private Interval share(ToDoubleFunction<Effects> of) {
        return Jackknife.of(all, without, of).uncorrectedInterval(LEVEL).clampedTo(0, 1);
    }

    private Table nodes() {
        List<List<Object>> rows = new ArrayList<>();
        int offset = 0;
        for (Place place : parameters.places()) {
            int first = offset;
            int width = tallies.get(0).doubles(place.label() + "/reference").length;
            IntStream.range(0, width)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -Math.abs(all.reference()[first + i])))
                    .limit(ROWS)
                    .forEach(i -> rows.add(List.of(
                            place.hook(),
                            place.sae(),
                            i,
                            all.reference()[first + i],
                            all.attribution()[first + i],
                            all.relevant(first + i))));
            offset += width;
        }
        return new Table(
                "nodes",
                "Features of the largest indirect effect: how much the patched feature raises logit(patch answer) −"
                        + " logit(clean answer), summed over positions, mean over pairs",
                List.of("hook", "sae", "feature", "reference", "attribution", "in_circuit"),
                rows);
    }

    private Figure scatter() {
        int[] some = IntStream.range(0, all.reference().length)
                .filter(i -> all.reference()[i] != 0 && all.attribution()[i] != 0)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -Math.abs(all.reference()[i])))
                .limit(1000)
                .mapToInt(i -> i)
                .toArray();
        return new Figure(
                "scatter",
                "Attributed against reference effects",
                Figure.Axis.linear("reference effect", "logits"),
                Figure.Axis.linear("attribution", "logits"),
                List.of(Figure.Series.of(
                        "features",
                        "points",
                        Ranks.pick(all.reference(), some),
                        Ranks.pick(all.attribution(), some))),
                List.of(
                        new Figure.Line("node threshold", "x", parameters.nodeThreshold()),
                        new Figure.Line("node threshold", "x", -parameters.nodeThreshold())));
    }
}
