package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the tallies of {@link EncoderDecoderCells} say, cell by cell at the trained cell's threshold. */
final class CellFindings {
    private static final double LEVEL = 0.95;
    /** A matched encoder whose features fire this much more or less often than trained ones is not matched. */
    private static final double MATCHED = 0.05;

    private final EncoderDecoderCells.Parameters parameters;
    private final List<Tally> tallies;
    private final List<Cell> cells;
    private final View all;
    private final List<View> without;

    CellFindings(EncoderDecoderCells.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.tallies = tallies;
        this.cells = Stream.of(Cell.values())
                .filter(cell -> tallies.get(0).has(cell.label() + "/fires"))
                .toList();
        this.all = view(tallies);
        this.without = Tally.leaveOneOut(tallies).stream().map(this::view).toList();
    }

    /** One cell's counts. */
    private record Counts(double represented, double causal, double l0) {}

    private record View(double tau, Map<Cell, Counts> counts) {
        Counts of(Cell cell) {
            return counts.get(cell);
        }

        double inflation(Cell cell) {
            return of(cell).causal() / of(Cell.TRAINED).causal();
        }

        double representedInflation(Cell cell) {
            return of(cell).represented() / of(Cell.TRAINED).represented();
        }
    }

    private View view(List<Tally> some) {
        FeatureTotals trained = totals(some, Cell.TRAINED);
        List<double[]> nulls = parameters.calibration().method() == Calibration.Method.NULL
                ? List.of(FeatureTotals.ofNull(some, Cell.TRAINED.label() + "/", parameters.aggregation())
                        .scores())
                : List.of();
        double tau = parameters.calibration().thresholds(List.of(trained.scores()), nulls)[0];
        Map<Cell, Counts> counts = new EnumMap<>(Cell.class);
        for (Cell cell : cells) {
            FeatureTotals totals = totals(some, cell);
            counts.put(
                    cell,
                    new Counts(
                            totals.represented(parameters.minFires()),
                            Calibration.countAbove(totals.scores(), tau),
                            totals.l0()));
        }
        return new View(tau, counts);
    }

    private FeatureTotals totals(List<Tally> some, Cell cell) {
        return FeatureTotals.of(some, cell.label() + "/", parameters.aggregation());
    }

    Findings findings() {
        Metrics metrics = new Metrics().about("sae", parameters.sae()).about("hook", parameters.hook());
        long n = (long) totals(tallies, Cell.TRAINED).tokens();
        metrics.add("tau", all.tau(), interval(View::tau), n);
        for (Cell cell : cells) {
            cell(metrics, cell, n);
        }
        if (tallies.get(0).has("matched_threshold")) {
            double[] thresholds = tallies.stream()
                    .mapToDouble(tally -> tally.number("matched_threshold"))
                    .toArray();
            double mean = IntStream.range(0, thresholds.length).mapToDouble(i -> thresholds[i]).average().orElseThrow();
            metrics.add("matched_threshold", mean, meanInterval(thresholds, mean), thresholds.length);
        }
        return new Findings(metrics.list(), List.of(table()), List.of(figure()), List.of());
    }

    private static Interval meanInterval(double[] values, double mean) {
        int n = values.length;
        return Jackknife.over(n, mean, left -> (mean * n - values[left]) / (n - 1)).interval(LEVEL);
    }

    private void cell(Metrics metrics, Cell cell, long n) {
        Metrics here = metrics.about("encoder", cell.encoder())
                .about("decoder", cell.decoder())
                .about("variant", cell.variant());
        List<String> flags = new ArrayList<>();
        if (cell == Cell.TRAINED && parameters.calibration().forces(0)) {
            flags.add("forced");
        }
        if (cell.isMatched() && Math.abs(all.of(cell).l0() / all.of(Cell.TRAINED).l0() - 1) > MATCHED) {
            flags.add("l0_not_matched");
        }
        if (cell.encoder().equals("random") && !cells.contains(Cell.MATCHED_BOTH)) {
            flags.add("l0_fixed_by_activation");
        }
        String[] all = flags.toArray(String[]::new);
        here.add("n_rep", this.all.of(cell).represented(), interval(v -> v.of(cell).represented()), n, all);
        here.add("n_causal", this.all.of(cell).causal(), interval(v -> v.of(cell).causal()), n, all);
        here.add(
                "inert_fraction",
                inert(this.all, cell),
                interval(v -> inert(v, cell)).clampedTo(0, 1),
                n,
                all);
        here.add("l0", this.all.of(cell).l0(), interval(v -> v.of(cell).l0()), n, all);
        if (cell != Cell.TRAINED) {
            here.add("inflation", this.all.inflation(cell), interval(v -> v.inflation(cell)), n, all);
            here.add(
                    "represented_inflation",
                    this.all.representedInflation(cell),
                    interval(v -> v.representedInflation(cell)),
                    n,
                    all);
        }
    }

    private static double inert(View view, Cell cell) {
        return 1 - view.of(cell).causal() / view.of(cell).represented();
    }

    /** Without a correction of the bias, which would multiply the jumps of a count. */
    private Interval interval(ToDoubleFunction<View> of) {
        return Jackknife.of(all, without, of).uncorrectedInterval(LEVEL);
    }

    private Table table() {
        List<List<Object>> rows = new ArrayList<>();
        for (Cell cell : cells) {
            rows.add(List.of(
                    cell.encoder(),
                    cell.decoder(),
                    cell.variant(),
                    (long) all.of(cell).represented(),
                    (long) all.of(cell).causal(),
                    all.inflation(cell),
                    all.of(cell).l0()));
        }
        return new Table(
                "cells",
                "Features represented and causal at the trained dictionary's threshold",
                List.of("encoder", "decoder", "variant", "n_rep", "n_causal", "inflation", "l0"),
                rows);
    }

    private Figure figure() {
        double[] places = IntStream.rangeClosed(1, cells.size()).asDoubleStream().toArray();
        return new Figure(
                "cells",
                "Causal features by cell: "
                        + String.join(
                                ", ",
                                IntStream.range(0, cells.size())
                                        .mapToObj(i -> (i + 1) + " " + describe(cells.get(i)))
                                        .toList()),
                Figure.Axis.linear("cell", ""),
                Figure.Axis.linear("count", "features"),
                List.of(
                        Figure.Series.of("N_rep", "bars", places, values(Counts::represented)),
                        Figure.Series.of("N_causal", "bars", places, values(Counts::causal))),
                List.of());
    }

    private static String describe(Cell cell) {
        return cell.encoder() + "/" + cell.decoder() + (cell.isMatched() ? " matched" : "");
    }

    private double[] values(ToDoubleFunction<Counts> of) {
        return cells.stream().mapToDouble(cell -> of.applyAsDouble(all.of(cell))).toArray();
    }
}
