package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import dev.kappa.stats.FitReport;
import dev.kappa.stats.FormFit;
import dev.kappa.stats.SaturatingFit;
import dev.kappa.stats.Sweep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The figures of a width sweep, and the grid of thresholds behind one of them. */
final class SweepFigures {
    private static final int GRID = 25;
    private static final int CURVE_POINTS = 60;
    private static final int RANKS = 200;

    private final SweepCounts counts;
    private final List<Metric> metrics;
    private final FitReport fit;
    private final double[] grid;
    private final double[][] countsOnGrid;
    private final double[] plateaus;

    SweepFigures(SweepCounts counts, List<Metric> metrics, FitReport fit, int dimension) {
        this.counts = counts;
        this.metrics = metrics;
        this.fit = fit;
        this.grid = grid();
        this.countsOnGrid = new double[grid.length][];
        this.plateaus = new double[grid.length];
        SaturatingFit.Settings once = new SaturatingFit.Settings(dimension, SweepFindings.LEVEL, 1, 0);
        for (int g = 0; g < grid.length; g++) {
            double tau = grid[g];
            countsOnGrid[g] = counts.totals().stream()
                    .mapToDouble(totals -> Calibration.countAbove(totals.scores(), tau))
                    .toArray();
            plateaus[g] = SaturatingFit.of(Sweep.of(counts.widths(), countsOnGrid[g]), once).kappaHat();
        }
    }

    /** One absolute τ for all widths, from where nearly all firing features pass to where none does. */
    private double[] grid() {
        double[] positive = counts.totals().stream()
                .flatMapToDouble(totals -> Arrays.stream(totals.scores()))
                .filter(score -> score > 0)
                .sorted()
                .toArray();
        if (positive.length == 0) {
            return new double[0];
        }
        double low = positive[positive.length / 100];
        double high = positive[positive.length - 1];
        return IntStream.range(0, GRID)
                .mapToDouble(i -> low * Math.pow(high / low, (double) i / (GRID - 1)))
                .toArray();
    }

    Table robustnessTable() {
        List<List<Object>> rows = new ArrayList<>();
        for (int g = 0; g < grid.length; g++) {
            for (int i = 0; i < counts.totals().size(); i++) {
                rows.add(List.of(
                        grid[g],
                        counts.totals().get(i).width(),
                        (long) countsOnGrid[g][i],
                        counts.growth(countsOnGrid[g]),
                        plateaus[g]));
            }
        }
        return new Table(
                "threshold_robustness",
                "Counts, their growth and κ̂ at one absolute threshold for all widths",
                List.of("tau", "width", "n_causal", "growth_causal", "kappa_hat"),
                rows);
    }

    List<Figure> figures() {
        return List.of(capacity(), robustness(), scores());
    }

    private Figure capacity() {
        List<Figure.Series> series = new ArrayList<>();
        series.add(withIntervals("N_rep", "n_rep"));
        series.add(withIntervals("N_causal", "n_causal"));
        if (fit.kappaForm() != null) {
            FormFit curve = fit.fit(fit.kappaForm());
            double[] widths = counts.widths();
            double low = widths[0];
            double high = widths[widths.length - 1] * 4;
            double[] x = IntStream.range(0, CURVE_POINTS)
                    .mapToDouble(i -> low * Math.pow(high / low, (double) i / (CURVE_POINTS - 1)))
                    .toArray();
            series.add(Figure.Series.of(
                    "fit: " + curve.form().name().toLowerCase(Locale.ROOT),
                    "line",
                    x,
                    Arrays.stream(x).map(curve::value).toArray()));
        }
        List<Figure.Line> lines = Double.isFinite(fit.kappaHat())
                ? List.of(new Figure.Line("κ̂" + (fit.plateauIdentified() ? "" : " (not identified)"), "y", fit.kappaHat()))
                : List.of();
        return new Figure(
                "capacity",
                "Features represented and features that matter",
                Figure.Axis.log("dictionary width", "features"),
                Figure.Axis.log("count", "features"),
                series,
                lines);
    }

    private Figure.Series withIntervals(String label, String metric) {
        List<Metric> found = metrics.stream().filter(m -> m.name().equals(metric)).toList();
        return Figure.Series.of(
                label,
                "line_points",
                counts.widths(),
                found.stream().mapToDouble(Metric::value).toArray(),
                found.stream().map(m -> m.interval().orElseThrow()).toList());
    }

    private Figure robustness() {
        List<Figure.Series> series = new ArrayList<>();
        for (int i = 0; i < counts.totals().size(); i++) {
            int place = i;
            series.add(Figure.Series.of(
                    "width " + counts.totals().get(i).width(),
                    "line",
                    grid,
                    Arrays.stream(countsOnGrid).mapToDouble(row -> row[place]).toArray()));
        }
        List<Figure.Line> lines = Arrays.stream(counts.thresholds())
                .filter(Double::isFinite)
                .distinct()
                .mapToObj(tau -> new Figure.Line("τ", "x", tau))
                .toList();
        return new Figure(
                "threshold_robustness",
                "Causal features against the threshold",
                Figure.Axis.log("τ", ""),
                Figure.Axis.log("features above τ", "features"),
                series,
                lines);
    }

    /** Scores against their rank, thinned so that the record stays small at any width. */
    private Figure scores() {
        List<Figure.Series> series = new ArrayList<>();
        for (FeatureTotals totals : counts.totals()) {
            double[] sorted = Arrays.stream(totals.scores())
                    .filter(score -> score > 0)
                    .map(score -> -score)
                    .sorted()
                    .map(score -> -score)
                    .toArray();
            double[] ranks = IntStream.range(0, RANKS)
                    .mapToDouble(i -> Math.floor(Math.pow(sorted.length, (double) i / (RANKS - 1))))
                    .distinct()
                    .filter(rank -> rank >= 1 && rank <= sorted.length)
                    .toArray();
            series.add(Figure.Series.of(
                    "width " + totals.width(),
                    "line",
                    ranks,
                    Arrays.stream(ranks).map(rank -> sorted[(int) rank - 1]).toArray()));
        }
        return new Figure(
                "scores",
                "Attribution scores by rank",
                Figure.Axis.log("rank", ""),
                Figure.Axis.log("score", ""),
                series,
                List.of());
    }
}
