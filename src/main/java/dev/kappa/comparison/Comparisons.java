package dev.kappa.comparison;

import dev.kappa.comparison.Comparison.Cell;
import dev.kappa.comparison.Comparison.Parameter;
import dev.kappa.comparison.Comparison.Row;
import dev.kappa.comparison.Comparison.Subject;
import dev.kappa.experiment.Metric;
import dev.kappa.run.Json;
import dev.kappa.run.Run;
import dev.kappa.run.Runs;
import dev.kappa.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** Puts runs side by side. */
@Service
public class Comparisons {
    private record Key(String name, int version, Map<String, Object> dimensions) {}

    private final Runs runs;

    Comparisons(Runs runs) {
        this.runs = runs;
    }

    /** Compares runs that have findings with the first of them. */
    public Comparison of(List<Run> subjects) {
        List<Row> rows = rows(subjects);
        return new Comparison(
                subjects.stream().map(Comparisons::subject).toList(),
                parameters(subjects),
                rows,
                Warnings.about(subjects, rows));
    }

    private static Subject subject(Run run) {
        return new Subject(
                run.id(), run.experiment(), run.parent(), run.state(), run.seed(), run.labels(), run.createdAt());
    }

    private static List<Parameter> parameters(List<Run> subjects) {
        List<JsonNode> all = subjects.stream().map(run -> Json.parse(run.parameters())).toList();
        TreeSet<String> names = new TreeSet<>();
        all.forEach(parameters -> names.addAll(parameters.propertyNames()));
        List<Parameter> differing = new ArrayList<>();
        for (String name : names) {
            List<JsonNode> values = all.stream()
                    .map(parameters -> Optional.ofNullable(parameters.get(name)).orElse(NullNode.instance))
                    .toList();
            if (values.stream().distinct().count() > 1) {
                differing.add(new Parameter(name, values));
            }
        }
        return differing;
    }

    private List<Row> rows(List<Run> subjects) {
        Map<Key, Metric[]> aligned = new LinkedHashMap<>();
        for (int i = 0; i < subjects.size(); i++) {
            for (Metric metric : runs.metrics(subjects.get(i).id())) {
                Key key = new Key(metric.name(), metric.version(), metric.dimensions());
                aligned.computeIfAbsent(key, any -> new Metric[subjects.size()])[i] = metric;
            }
        }
        List<Row> rows = new ArrayList<>();
        aligned.forEach((key, metrics) -> rows.add(row(key, metrics, subjects)));
        return rows;
    }

    private static Row row(Key key, Metric[] metrics, List<Run> subjects) {
        List<Cell> cells = new ArrayList<>();
        String unit = "";
        for (int i = 0; i < metrics.length; i++) {
            String run = subjects.get(i).id();
            if (metrics[i] == null) {
                cells.add(Cell.missing(run));
            } else {
                unit = metrics[i].unit();
                cells.add(cell(run, metrics[i], i == 0 ? null : metrics[0]));
            }
        }
        return new Row(key.name(), key.version(), unit, key.dimensions(), cells);
    }

    private static Cell cell(String run, Metric metric, Metric first) {
        Optional<Metric> base = Optional.ofNullable(first);
        return new Cell(
                run,
                Optional.of(metric.value()),
                metric.interval(),
                Optional.of(metric.n()),
                Optional.of(metric.flags()),
                base.map(before -> metric.value() - before.value()),
                base.flatMap(before -> difference(metric, before)));
    }

    /**
     * From the intervals of two independent numbers a and b that of a − b, which need not be symmetric (Zou and
     * Donner 2008): the lower end is a − b − √((a − l_a)² + (u_b − b)²), the upper one its mirror.
     */
    private static Optional<Interval> difference(Metric a, Metric b) {
        if (a.interval().isEmpty() || b.interval().isEmpty()) {
            return Optional.empty();
        }
        Interval ofA = a.interval().get();
        Interval ofB = b.interval().get();
        if (!ofA.contains(a.value()) || !ofB.contains(b.value()) || ofA.level() != ofB.level()) {
            return Optional.empty();
        }
        double difference = a.value() - b.value();
        return Optional.of(new Interval(
                difference - Math.hypot(a.value() - ofA.low(), ofB.high() - b.value()),
                difference + Math.hypot(ofA.high() - a.value(), b.value() - ofB.low()),
                ofA.level(),
                "independent_recovery",
                Math.min(ofA.resamples(), ofB.resamples())));
    }
}
