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
    private final List<Tally> cut;
    private final Effects all;
    private final List<Effects> without;
    private final Metrics metrics = new Metrics();

    CircuitFindings(CircuitRecall.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.tallies = tallies;
        this.cut = tallies.stream().filter(tally -> tally.has("cut/pairs")).toList();
        this.all = effects(tallies);
        this.without = Tally.leaveOneOut(tallies).stream().map(this::effects).toList();
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
        reference.add("reference_nodes", all.nodes(), interval(without, all, Effects::nodes), n, empty);
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
        if (!cut.isEmpty()) {
            cutOut(tables, figures);
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
                () -> jackknife(without, all, Effects::spearman).fisherInterval(LEVEL),
                n,
                flags);
    }

    private void behaviour(long n) {
        for (String[] names : new String[][] {{"clean", "clean_logit_difference"}, {"correct", "accuracy"}}) {
            mean(names[1], tallies, some -> Tally.sum(some, names[0])[0] / Tally.sum(some, "pairs")[0], n);
        }
        mean(
                "total_effect",
                tallies,
                some -> (Tally.sum(some, "clean")[0] - Tally.sum(some, "patched")[0]) / Tally.sum(some, "pairs")[0],
                n);
    }

    private void mean(String name, List<Tally> some, ToDoubleFunction<List<Tally>> of, long n) {
        Interval interval = interval(Tally.leaveOneOut(some), some, of);
        String unit = name.equals("accuracy") ? "" : "logits";
        metrics.add(name, of.applyAsDouble(some), unit, Optional.of(interval), n, List.of());
    }

    /** What the dictionaries do not explain of each place's effect. */
    private void errors(Metrics reference, long n) {
        for (Place place : parameters.places()) {
            ToDoubleFunction<List<Tally>> of = some -> Tally.sum(some, place.label() + "/reference_error")[0]
                    / Tally.sum(some, "pairs")[0];
            reference
                    .about("hook", place.hook())
                    .add(
                            "error_effect",
                            of.applyAsDouble(tallies),
                            "logits",
                            Optional.of(interval(Tally.leaveOneOut(tallies), tallies, of)),
                            n,
                            List.of());
        }
    }

    private void cutOut(List<Table> tables, List<Figure> figures) {
        int points = Circuit.GRID.length;
        double[] nodes = new double[points];
        List<List<Object>> rows = new ArrayList<>();
        double[][] faithful = new double[3][points];
        double[][] complete = new double[3][points];
        long n = (long) Tally.sum(cut, "cut/pairs")[0];
        for (int g = 0; g < points; g++) {
            int at = g;
            double threshold = Circuit.GRID[g] * parameters.nodeThreshold();
            Circuit circuit = Circuit.above(threshold, parameters, cut.get(0), CircuitMeasurement.CARRIED);
            nodes[g] = circuit.featureCount();
            Metrics here = metrics.about("threshold", threshold);
            here.add("circuit_nodes", nodes[g], n);
            ToDoubleFunction<List<Tally>> faithfulness = some -> kept(some, "cut/circuits", at);
            ToDoubleFunction<List<Tally>> completeness = some -> kept(some, "cut/complements", at);
            Interval f = interval(Tally.leaveOneOut(cut), cut, faithfulness);
            Interval c = interval(Tally.leaveOneOut(cut), cut, completeness);
            here.add("faithfulness", faithfulness.applyAsDouble(cut), f, n);
            here.add("completeness", completeness.applyAsDouble(cut), c, n);
            fill(faithful, g, faithfulness.applyAsDouble(cut), f);
            fill(complete, g, completeness.applyAsDouble(cut), c);
            rows.add(List.of(threshold, (long) nodes[g], faithful[0][g], complete[0][g]));
        }
        tables.add(new Table(
                "faithfulness",
                "What a circuit keeps of the answer, and what the rest of the model keeps",
                List.of("threshold", "nodes", "faithfulness", "completeness"),
                rows));
        figures.add(new Figure(
                "faithfulness",
                "What a circuit keeps of the answer",
                Figure.Axis.log("features in the circuit", "features"),
                Figure.Axis.linear("share of the logit difference", ""),
                List.of(
                        new Figure.Series("circuit", "line_points", nodes, faithful[0], faithful[1], faithful[2]),
                        new Figure.Series("all others", "line_points", nodes, complete[0], complete[1], complete[2])),
                List.of(new Figure.Line("whole model", "y", 1), new Figure.Line("no features", "y", 0))));
    }

    private static void fill(double[][] columns, int row, double value, Interval interval) {
        columns[0][row] = value;
        columns[1][row] = interval.low();
        columns[2][row] = interval.high();
    }

    /** (F(C) − F(∅)) / (F(M) − F(∅)). */
    private static double kept(List<Tally> some, String name, int point) {
        double empty = Tally.sum(some, "cut/empty")[0];
        return (Tally.sum(some, name)[point] - empty) / (Tally.sum(some, "cut/model")[0] - empty);
    }

    private Interval share(ToDoubleFunction<Effects> of) {
        return jackknife(without, all, of).uncorrectedInterval(LEVEL).clampedTo(0, 1);
    }

    private static <T> Interval interval(List<T> without, T all, ToDoubleFunction<T> of) {
        return without.size() < 2
                ? Interval.none(LEVEL, "jackknife_t_uncorrected", without.size())
                : jackknife(without, all, of).uncorrectedInterval(LEVEL);
    }

    private static <T> Jackknife jackknife(List<T> without, T all, ToDoubleFunction<T> of) {
        return Jackknife.of(all, without, of);
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
