package dev.kappa.page;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs side by side: their metrics aligned by name and subject, their figures laid over one another. */
final class Comparison {
    private Comparison() {}

    /** What makes two metrics comparable; another version is another definition. */
    record Key(String name, int version, Map<String, Object> dimensions) {
        static Key of(Metric metric) {
            return new Key(metric.name(), metric.version(), metric.dimensions());
        }
    }

    /** Each metric that any run has, with the runs' values in the order of the runs. */
    static Map<Key, List<Optional<Metric>>> align(List<List<Metric>> runs) {
        Map<Key, List<Optional<Metric>>> rows = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            for (Metric metric : runs.get(i)) {
                rows.computeIfAbsent(
                                Key.of(metric),
                                any -> new ArrayList<>(Collections.nCopies(runs.size(), Optional.empty())))
                        .set(i, Optional.of(metric));
            }
        }
        return rows;
    }

    /**
     * One figure of all that have the same name; axes and title are the first one's.
     *
     * @param letters the runs' names in the legend
     */
    static Figure overlay(List<String> letters, List<Figure> figures) {
        Figure first = figures.get(0);
        List<Figure.Series> series = new ArrayList<>();
        List<Figure.Line> lines = new ArrayList<>();
        for (int i = 0; i < figures.size(); i++) {
            String letter = letters.get(i);
            figures.get(i).series().stream()
                    .map(s -> new Figure.Series(letter + ": " + s.label(), s.style(), s.x(), s.y(), s.low(), s.high()))
                    .forEach(series::add);
            Stream<Figure.Line> marked = figures.get(i).lines().stream()
                    .map(line -> new Figure.Line(letter + ": " + line.label(), line.axis(), line.value()));
            marked.forEach(lines::add);
        }
        return new Figure(first.name(), first.title(), first.x(), first.y(), series, lines);
    }
}
