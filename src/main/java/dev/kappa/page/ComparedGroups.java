package dev.kappa.page;

import dev.kappa.comparison.Comparison;
import dev.kappa.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The rows of a comparison in groups of one name. */
@Component
class ComparedGroups {
    private final Words words;

    ComparedGroups(Words words) {
        this.words = words;
    }

    List<MetricGroup> of(List<Comparison.Row> rows) {
        Map<String, List<Comparison.Row>> byName = rows.stream()
                .collect(Collectors.groupingBy(Comparison.Row::name, LinkedHashMap::new, Collectors.toList()));
        List<MetricGroup> groups = new ArrayList<>();
        byName.forEach((name, all) -> groups.add(new MetricGroup(
                name,
                words.label(name),
                words.meaning(name),
                all.stream().map(this::row).toList(),
                MetricGroup.remarks(all, row -> MetricGroup.about(row.dimensions()), ComparedGroups::flags, words))));
        return groups;
    }

    private static List<String> flags(Comparison.Row row) {
        return row.values().stream()
                .flatMap(cell -> cell.flags().orElse(List.of()).stream())
                .distinct()
                .toList();
    }

    /** Each row has a scale of its own: what is compared is beside, not below. */
    private MetricGroup.Row row(Comparison.Row row) {
        IntervalBar bar = IntervalBar.over(
                row.values().stream().flatMap(cell -> cell.value().stream()),
                row.values().stream().flatMap(cell -> cell.interval().stream()));
        return new MetricGroup.Row(
                MetricGroup.about(row.dimensions()),
                row.values().stream().map(cell -> cell(cell, row.unit(), bar)).toList());
    }

    private MetricGroup.Cell cell(Comparison.Cell cell, String unit, IntervalBar bar) {
        return cell.value()
                .map(value -> new MetricGroup.Cell(
                        Numbers.of(value),
                        Double.toString(value),
                        unit,
                        cell.interval().map(MetricGroup::interval).orElse(""),
                        cell.interval().map(interval -> MetricGroup.level(interval, words)).orElse(""),
                        cell.n().map(Numbers::of).orElse(""),
                        bar.draw(value, cell.interval()),
                        MetricGroup.tone(cell.flags().orElse(List.of()), words),
                        difference(cell.difference(), cell.differenceInterval())))
                .orElse(MetricGroup.Cell.NONE);
    }

    private static String difference(Optional<Double> difference, Optional<Interval> interval) {
        return difference
                .filter(Double::isFinite)
                .map(value -> (value > 0 ? "+" : "") + Numbers.of(value)
                        + interval.map(i -> " " + MetricGroup.interval(i)).orElse(""))
                .orElse("");
    }
}
