package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Artifact;
import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.training.TrainedDictionary;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeLensWriter;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What training left: the dictionary, and how good it is on the sequences of the last block. */
final class TrainingFindings {
    private static final double LEVEL = 0.95;

    private final SaeTraining.Parameters parameters;
    private final List<Tally> tallies;
    private final Tally last;

    TrainingFindings(SaeTraining.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.tallies = tallies;
        this.last = tallies.get(tallies.size() - 1);
    }

    /** Sums of some of the evaluation's batches. */
    private record Part(
            double rows,
            double entries,
            double errors,
            double variance,
            double predictions,
            double clean,
            double rebuilt,
            double zero) {
        double l0() {
            return entries / rows;
        }

        double unexplained() {
            return errors / variance;
        }

        double recovered() {
            return (zero - rebuilt) / (zero - clean);
        }
    }

    Findings findings() {
        Part all = part(-1);
        long n = (long) all.rows();
        Metrics metrics = new Metrics().about("hook", parameters.hook()).about("width", parameters.width());
        metrics.add("l0", all.l0(), interval(Part::l0), n);
        metrics.add("fraction_of_variance_unexplained", all.unexplained(), interval(Part::unexplained), n);
        metrics.add("loss_recovered", all.recovered(), interval(Part::recovered), n);
        metrics.add("clean_loss", all.clean() / all.predictions(), interval(p -> p.clean() / p.predictions()), n);
        metrics.add("rebuilt_loss", all.rebuilt() / all.predictions(), interval(p -> p.rebuilt() / p.predictions()), n);
        long dead = Arrays.stream(last.doubles("eval_fires")).filter(fires -> fires == 0).count();
        metrics.add("dead_fraction", (double) dead / parameters.width(), n);
        return new Findings(metrics.list(), List.of(), List.of(curve()), List.of(dictionary()));
    }

    private Interval interval(ToDoubleFunction<Part> of) {
        int batches = last.doubles("eval_rows").length;
        if (batches < 2) {
            return Interval.none(LEVEL, "jackknife_t", batches);
        }
        return Jackknife.over(batches, of.applyAsDouble(part(-1)), batch -> of.applyAsDouble(part(batch)))
                .interval(LEVEL);
    }

    private Part part(int without) {
        double rows = sum("eval_rows", without);
        int batches = last.doubles("eval_rows").length;
        double[] totals = last.doubles("eval_totals");
        int d = totals.length / batches;
        double squaredMean = IntStream.range(0, d)
                .mapToDouble(j -> IntStream.range(0, batches)
                        .filter(b -> b != without)
                        .mapToDouble(b -> totals[b * d + j])
                        .sum())
                .map(total -> (total / rows) * (total / rows))
                .sum();
        return new Part(
                rows,
                sum("eval_entries", without),
                sum("eval_errors", without),
                sum("eval_squares", without) - rows * squaredMean,
                sum("eval_predictions", without),
                sum("eval_clean_loss", without),
                sum("eval_rebuilt_loss", without),
                sum("eval_zero_loss", without));
    }

    private double sum(String name, int without) {
        double[] values = last.doubles(name);
        return IntStream.range(0, values.length)
                .filter(i -> i != without)
                .mapToDouble(i -> values[i])
                .sum();
    }

    private Figure curve() {
        int trained = tallies.size() - 1;
        return new Figure(
                "training",
                "Squared error of a row during training",
                Figure.Axis.linear("block", ""),
                Figure.Axis.log("squared error", "rows of norm √d"),
                List.of(Figure.Series.of(
                        "training",
                        "line_points",
                        IntStream.rangeClosed(1, trained).asDoubleStream().toArray(),
                        tallies.subList(0, trained).stream()
                                .mapToDouble(tally -> tally.number("squared_error"))
                                .toArray())),
                List.of());
    }

    private Artifact dictionary() {
        return new Artifact(
                "sae",
                "sae",
                TrainedDictionary.files(
                        last,
                        SaeTraining.recipe(parameters, 0),
                        HookPoint.parse(parameters.hook()),
                        new SaeLensWriter.About(parameters.model(), false, parameters.length()),
                        parameters.storage().type()));
    }
}
