package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How much of the model's answer each circuit that was cut out keeps, and how much all other nodes keep. */
final class CutFindings {
    private static final double LEVEL = 0.95;

    private final List<Tally> cut;
    private final List<Point> points = new ArrayList<>();

    /** @param cut tallies of blocks that circuits were cut out in */
    CutFindings(CircuitRecall.Parameters parameters, List<Tally> cut) {
        this.cut = cut;
        for (int g = 0; g < Circuit.GRID.length; g++) {
            double threshold = Circuit.GRID[g] * parameters.nodeThreshold();
            Circuit circuit = Circuit.above(threshold, parameters, cut.get(0), CircuitMeasurement.CARRIED);
            points.add(new Point(
                    threshold, circuit.featureCount(), kept("cut/circuits", g), kept("cut/complements", g)));
        }
    }

    /** A share of the whole model's answer. */
    private record Share(double value, Interval interval) {}

    /** What was cut out at one threshold: of its nodes, and of all others. */
    private record Point(double threshold, long nodes, Share faithfulness, Share completeness) {}

    /** (F(C) − F(∅)) / (F(M) − F(∅)), F being a sum over pairs. */
    private Share kept(String name, int point) {
        ToDoubleFunction<List<Tally>> of = some -> {
            double empty = Tally.sum(some, "cut/empty")[0];
            return (Tally.sum(some, name)[point] - empty) / (Tally.sum(some, "cut/model")[0] - empty);
        };
        Interval interval = cut.size() < 2
                ? Interval.none(LEVEL, "jackknife_t_uncorrected", cut.size())
                : Jackknife.of(cut, Tally.leaveOneOut(cut), of).uncorrectedInterval(LEVEL);
        return new Share(of.applyAsDouble(cut), interval);
    }

    void addTo(Metrics metrics) {
        long n = (long) Tally.sum(cut, "cut/pairs")[0];
        for (Point point : points) {
            Metrics here = metrics.about("threshold", point.threshold());
            here.add("circuit_nodes", point.nodes(), n);
            here.add("faithfulness", point.faithfulness().value(), point.faithfulness().interval(), n);
            here.add("completeness", point.completeness().value(), point.completeness().interval(), n);
        }
    }

    Table table() {
        return new Table(
                "faithfulness",
                "What a circuit keeps of the answer, and what the rest of the model keeps",
                List.of("threshold", "nodes", "faithfulness", "completeness"),
                points.stream()
                        .map(point -> List.<Object>of(
                                point.threshold(),
                                point.nodes(),
                                point.faithfulness().value(),
                                point.completeness().value()))
                        .toList());
    }

    Figure figure() {
        return new Figure(
                "faithfulness",
                "What a circuit keeps of the answer",
                Figure.Axis.log("features in the circuit", "features"),
                Figure.Axis.linear("share of the logit difference", ""),
                List.of(
                        series("circuit", points.stream().map(Point::faithfulness).toList()),
                        series("all others", points.stream().map(Point::completeness).toList())),
                List.of(new Figure.Line("whole model", "y", 1), new Figure.Line("no features", "y", 0)));
    }

    private Figure.Series series(String label, List<Share> shares) {
        return Figure.Series.of(
                label,
                "line_points",
                points.stream().mapToDouble(Point::nodes).toArray(),
                shares.stream().mapToDouble(Share::value).toArray(),
                shares.stream().map(Share::interval).toList());
    }
}
