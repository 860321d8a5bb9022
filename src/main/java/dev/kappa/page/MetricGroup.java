package dev.kappa.page;

import dev.kappa.experiment.Metric;
import dev.kappa.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All numbers of one name, with what a reader must know of them said once.
 *
 * @param rows a line for each subject: one value of a run, or one of each run that is compared
 */
record MetricGroup(String name, String label, String meaning, List<Row> rows, List<Remark> remarks) {
    /** @param about the subject, such as {@code width 512} */
    record Row(String about, List<Cell> cells) {}

    /**
     * A number.
     *
     * @param exact the value with all its digits
     * @param level of the interval, in words
     * @param bar a drawing of it on the scale of its group
     * @param tone of its gravest flag; empty where it has none
     * @param difference from the first run's; empty where there is none
     */
    record Cell(
            String value,
            String exact,
            String unit,
            String interval,
            String level,
            String n,
            String bar,
            String tone,
            String difference) {
        static final Cell NONE = new Cell("", "", "", "", "", "", "", "", "");

        public boolean isThere() {
            return !value.isEmpty();
        }
    }

    /** @param of the subjects that it is about; empty where it is about all */
    record Remark(Words.Flag flag, String of) {}

    /** Metrics of a run in groups, in the order in which their names appear. */
    static List<MetricGroup> of(List<Metric> metrics, Words words) {
        Map<String, List<Metric>> byName = metrics.stream()
                .collect(Collectors.groupingBy(Metric::name, LinkedHashMap::new, Collectors.toList()));
        List<MetricGroup> groups = new ArrayList<>();
        byName.forEach((name, all) -> {
            IntervalBar bar = IntervalBar.over(
                    all.stream().map(Metric::value), all.stream().flatMap(metric -> metric.interval().stream()));
            List<Row> rows = all.stream()
                    .map(metric -> new Row(about(metric.dimensions()), List.of(cell(metric, bar, words))))
                    .toList();
            groups.add(new MetricGroup(
                    name,
                    words.label(name),
                    words.meaning(name),
                    rows,
                    remarks(all, metric -> about(metric.dimensions()), Metric::flags, words)));
        });
        return groups;
    }

    private static Cell cell(Metric metric, IntervalBar bar, Words words) {
        return new Cell(
                Numbers.of(metric.value()),
                Double.toString(metric.value()),
                metric.unit(),
                metric.interval().map(MetricGroup::interval).orElse(""),
                metric.interval().map(interval -> level(interval, words)).orElse(""),
                Numbers.of(metric.n()),
                bar.draw(metric.value(), metric.interval()),
                tone(metric.flags(), words),
                "");
    }

    static <T> List<Remark> remarks(
            List<T> all, Function<T, String> subject, Function<T, List<String>> flags, Words words) {
        Map<String, List<String>> subjects = new LinkedHashMap<>();
        all.forEach(one -> flags.apply(one)
                .forEach(flag -> subjects.computeIfAbsent(flag, any -> new ArrayList<>()).add(subject.apply(one))));
        List<Remark> remarks = new ArrayList<>();
        subjects.forEach((flag, of) -> remarks.add(
                new Remark(words.flag(flag), of.size() == all.size() ? "" : String.join("; ", of))));
        return remarks;
    }

    static String tone(List<String> flags, Words words) {
        List<String> tones = flags.stream().map(flag -> words.flag(flag).tone()).toList();
        return tones.contains("caution") ? "caution" : tones.isEmpty() ? "" : tones.get(0);
    }

    static String about(Map<String, Object> dimensions) {
        return new TreeMap<>(dimensions)
                .entrySet().stream()
                        .map(entry -> Words.plain(entry.getKey()) + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    /** Both ends. */
    static String interval(Interval interval) {
        return Double.isNaN(interval.low()) && Double.isNaN(interval.high())
                ? "none"
                : "[" + Numbers.of(interval.low()) + ", " + Numbers.of(interval.high()) + "]";
    }

    static String level(Interval interval, Words words) {
        return Numbers.of(100 * interval.level()) + " %, " + words.method(interval.method());
    }
}
