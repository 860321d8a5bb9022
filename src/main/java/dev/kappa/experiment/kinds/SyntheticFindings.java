package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Aggregation;
import dev.kappa.experiment.measure.OuterProducts;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import dev.kappa.stats.Spectrum;
import dev.kappa.stats.SymmetricEigen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** How well the measured half of {@link SyntheticGroundTruth} recovers what was planted. */
final class SyntheticFindings {
    private static final double LEVEL = 0.95;
    private static final double[] COSINES = {0.9, 0.7};

    private final SyntheticGroundTruth.Parameters parameters;
    private final List<Tally> measured;
    private final List<Tally> trained;
    /** |cosine| of every decoder row with every read direction, [reader][feature]. */
    private final double[][] cosines;
    private final double[][] directions;
    private final View all;
    private final List<View> without;

    SyntheticFindings(SyntheticGroundTruth.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.trained = tallies.stream().filter(tally -> tally.has("squared_error")).toList();
        this.measured = tallies.stream().filter(tally -> !tally.has("squared_error")).toList();
        this.directions = rows(measured.get(0).floats("read_directions"), parameters.dimension());
        this.cosines = cosines(rows(measured.get(0).floats("decoder"), parameters.dimension()));
        this.all = view(measured);
        this.without = Tally.leaveOneOut(measured).stream().map(this::view).toList();
    }

    private static double[][] rows(float[] numbers, int width) {
        double[][] rows = new double[numbers.length / width][width];
        for (int i = 0; i < numbers.length; i++) {
            rows[i / width][i % width] = numbers[i];
        }
        return rows;
    }

    private double[][] cosines(double[][] decoder) {
        return Arrays.stream(directions)
                .map(direction -> Arrays.stream(decoder)
                        .mapToDouble(row -> Math.abs(dot(direction, row))
                                / Math.max(Double.MIN_NORMAL, Math.sqrt(dot(row, row) * dot(direction, direction))))
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * What some of the blocks say.
     *
     * @param expected eigenvalues of A for the slopes that were sampled
     * @param best of each read direction, the largest cosine with a selected feature's decoder row
     */
    private record View(
            Spectrum spectrum,
            Spectrum expected,
            double participationRatio,
            double overlap,
            double[] scores,
            int[] selected,
            double[] best,
            double unexplained,
            double l0) {
        double recovered(double cosine) {
            return Arrays.stream(best).filter(value -> value >= cosine).count();
        }

        double meanBest() {
            return Arrays.stream(best).average().orElseThrow();
        }
    }

    private View view(List<Tally> some) {
        OuterProducts.Total total = OuterProducts.Total.of(some, "x/");
        FeatureTotals totals = FeatureTotals.of(some, "sae/", Aggregation.TOKEN_MEAN_ABS);
        double[] scores = totals.scores();
        int[] selected = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .limit(parameters.selected())
                .mapToInt(i -> i)
                .toArray();
        SymmetricEigen eigen = SymmetricEigen.decompose(total.matrix(), total.width());
        double rows = total.rows();
        return new View(
                Spectrum.of(eigen.values()),
                Spectrum.of(Arrays.stream(Tally.sum(some, "slope_squares")).map(s -> s / rows).toArray()),
                total.participationRatio(),
                overlap(eigen),
                scores,
                selected,
                Arrays.stream(cosines)
                        .mapToDouble(row -> IntStream.of(selected).mapToDouble(i -> row[i]).max().orElseThrow())
                        .toArray(),
                Tally.sum(some, "errors")[0] / Tally.sum(some, "variance")[0],
                totals.l0());
    }

    /** Mean squared cosine between the read subspace and that of the first r eigenvectors: 1 where they are one. */
    private double overlap(SymmetricEigen eigen) {
        double sum = 0;
        for (int i = 0; i < directions.length; i++) {
            for (double[] direction : directions) {
                double cosine = dot(eigen.vector(i), direction);
                sum += cosine * cosine;
            }
        }
        return sum / directions.length;
    }

    Findings findings() {
        long n = (long) Tally.sum(measured, "tokens")[0];
        int readers = parameters.readers();
        Metrics metrics = new Metrics();
        metrics.add("kappa", all.spectrum().effectiveRank(), log(v -> v.spectrum().effectiveRank()), n);
        metrics.add("kappa_expected", all.expected().effectiveRank(), n);
        metrics.add(
                "kappa_over_expected",
                all.spectrum().effectiveRank() / all.expected().effectiveRank(),
                log(v -> v.spectrum().effectiveRank() / v.expected().effectiveRank()),
                n);
        Interval participation = jackknife(View::participationRatio).uncorrectedInterval(LEVEL);
        metrics.add("kappa_pr", all.participationRatio(), participation, n);
        metrics.add("readers", readers, n);
        metrics.add("subspace_overlap", all.overlap(), share(View::overlap), n);
        for (double cosine : COSINES) {
            Metrics here = metrics.about("cosine", cosine);
            here.about("among", "selected")
                    .add("recovered", all.recovered(cosine), jackknife(v -> v.recovered(cosine))
                            .uncorrectedInterval(LEVEL)
                            .clampedTo(0, readers), n);
            here.about("among", "all")
                    .add("recovered", Arrays.stream(ceiling()).filter(value -> value >= cosine).count(), n);
        }
        metrics.about("among", "selected").add("mean_best_cosine", all.meanBest(), share(View::meanBest), n);
        metrics.about("among", "all").add("mean_best_cosine", Arrays.stream(ceiling()).average().orElseThrow(), n);
        Interval unexplained = jackknife(View::unexplained).interval(LEVEL);
        metrics.add("fraction_of_variance_unexplained", all.unexplained(), unexplained, n);
        metrics.add("l0", all.l0(), jackknife(View::l0).interval(LEVEL), n);
        return new Findings(
                metrics.list(), List.of(table()), List.of(spectrum(), cosineFigure(), training()), List.of());
    }

    /** Of each read direction, the largest cosine with any decoder row: no selection can do better. */
    private double[] ceiling() {
        return Arrays.stream(cosines).mapToDouble(row -> Arrays.stream(row).max().orElseThrow()).toArray();
    }

    private Interval log(ToDoubleFunction<View> of) {
        return jackknife(of).logInterval(LEVEL);
    }

    private Interval share(ToDoubleFunction<View> of) {
        return jackknife(of).uncorrectedInterval(LEVEL).clampedTo(0, 1);
    }

    private Jackknife jackknife(ToDoubleFunction<View> of) {
        return Jackknife.of(all, without, of);
    }

    private Table table() {
        double[] ceiling = ceiling();
        List<List<Object>> rows = new ArrayList<>();
        for (int j = 0; j < directions.length; j++) {
            int reader = j;
            int feature = IntStream.range(0, cosines[j].length)
                    .boxed()
                    .max(Comparator.comparingDouble(i -> cosines[reader][i]))
                    .orElseThrow();
            rows.add(List.of(
                    j + 1, parameters.weight(j), all.best()[j], ceiling[j], feature, all.scores()[feature]));
        }
        return new Table(
                "directions",
                "Read directions, and the decoder rows closest to them",
                List.of("reader", "weight", "best_cosine_selected", "best_cosine_any", "closest_feature", "its_score"),
                rows);
    }

    private Figure spectrum() {
        return new Figure(
                "spectrum",
                "Eigenvalues of A, measured and planted",
                Figure.Axis.linear("index", ""),
                Figure.Axis.linear("eigenvalue", ""),
                List.of(byRank("measured", all.spectrum()), byRank("planted", all.expected())),
                List.of(new Figure.Line("readers", "x", parameters.readers())));
    }

    private static Figure.Series byRank(String label, Spectrum spectrum) {
        double[] index =
                IntStream.rangeClosed(1, spectrum.eigenvalues().length).asDoubleStream().toArray();
        return Figure.Series.of(label, "line_points", index, spectrum.eigenvalues());
    }

    private Figure cosineFigure() {
        double[] index = IntStream.rangeClosed(1, directions.length).asDoubleStream().toArray();
        return new Figure(
                "cosines",
                "Closest decoder row of each read direction",
                Figure.Axis.linear("read directions, closest first", ""),
                Figure.Axis.linear("|cosine|", ""),
                List.of(
                        Figure.Series.of("among selected features", "line_points", index, descending(all.best())),
                        Figure.Series.of("among all features", "line_points", index, descending(ceiling()))),
                List.of(new Figure.Line("0.9", "y", 0.9), new Figure.Line("0.7", "y", 0.7)));
    }

    private static double[] descending(double[] values) {
        return Arrays.stream(values).map(value -> -value).sorted().map(value -> -value).toArray();
    }

    private Figure training() {
        return new Figure(
                "training",
                "Squared error of a sample during training",
                Figure.Axis.linear("block", ""),
                Figure.Axis.log("squared error", "samples of norm √dimension"),
                List.of(Figure.Series.of(
                        "training",
                        "line_points",
                        IntStream.rangeClosed(1, trained.size()).asDoubleStream().toArray(),
                        trained.stream().mapToDouble(tally -> tally.number("squared_error")).toArray())),
                List.of());
    }
}
