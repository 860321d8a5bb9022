package dev.kappa.page;

import dev.kappa.page.MetricGroup.Cell;
import dev.kappa.page.MetricGroup.Row;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A number to see first; of many subjects, the first one's and the last one's.
 *
 * @param about the subject; empty where there is one for all
 */
record Headline(
        String name,
        String label,
        String meaning,
        String value,
        String unit,
        String interval,
        String about,
        String tone) {
    private static final int OTHERWISE = 4;

    /** Those that are wanted, or else the first ones. */
    static List<Headline> of(List<MetricGroup> groups, List<String> wanted) {
        List<MetricGroup> chosen = wanted.stream()
                .flatMap(name -> groups.stream().filter(group -> group.name().equals(name)))
                .toList();
        return (chosen.isEmpty() ? groups.stream().limit(OTHERWISE).toList() : chosen)
                .stream().map(Headline::of).toList();
    }

    private static Headline of(MetricGroup group) {
        List<Row> ends = group.rows().size() == 1
                ? group.rows()
                : List.of(group.rows().get(0), group.rows().get(group.rows().size() - 1));
        List<Cell> cells = ends.stream().map(row -> row.cells().get(0)).toList();
        boolean one = cells.size() == 1;
        return new Headline(
                group.name(),
                group.label(),
                group.meaning(),
                cells.stream().map(Cell::value).collect(Collectors.joining(" → ")),
                cells.get(0).unit(),
                one ? cells.get(0).interval() : cells.get(1).interval(),
                ends.stream().map(row -> one ? row.about() : last(row.about())).collect(Collectors.joining(" → ")),
                cells.stream().map(Cell::tone).anyMatch("caution"::equals) ? "caution" : "");
    }

    /** The most telling of the dimensions: they are in the order of their names. */
    private static String last(String about) {
        return about.substring(about.lastIndexOf(", ") + 1).strip();
    }
}
