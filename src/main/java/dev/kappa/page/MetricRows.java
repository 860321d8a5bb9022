package dev.kappa.page;

import dev.kappa.experiment.Metric;
import dev.kappa.stats.Interval;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Metrics as rows of a table, with their flags in words. */
@Component
class MetricRows {
    private final Words words;

    MetricRows(Words words) {
        this.words = words;
    }

    /**
     * @param about what the number is about, such as {@code width 512}
     * @param exact the value with all its digits
     * @param level of the interval, in words
     */
    record MetricRow(
            String name,
            String label,
            String meaning,
            String about,
            String value,
            String exact,
            String unit,
            String interval,
            String level,
            String n,
            List<Words.Flag> flags) {
        public boolean cautions() {
            return flags.stream().anyMatch(Words.Flag::cautions);
        }
    }

    List<MetricRow> of(List<Metric> metrics) {
        return metrics.stream().map(this::row).toList();
    }

    MetricRow row(Metric metric) {
        return new MetricRow(
                metric.name(),
                words.label(metric.name()),
                words.meaning(metric.name()),
                about(metric.dimensions()),
                Numbers.of(metric.value()),
                Double.toString(metric.value()),
                metric.unit(),
                metric.interval().map(MetricRows::interval).orElse(""),
                metric.interval().map(this::level).orElse(""),
                Numbers.of(metric.n()),
                metric.flags().stream().map(words::flag).toList());
    }

    static String about(Map<String, Object> dimensions) {
        return new TreeMap<>(dimensions)
                .entrySet().stream()
                        .map(entry -> Words.plain(entry.getKey()) + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    /** Both ends; empty where there is none. */
    static String interval(Interval interval) {
        return Double.isNaN(interval.low()) && Double.isNaN(interval.high())
                ? "none"
                : "[" + Numbers.of(interval.low()) + ", " + Numbers.of(interval.high()) + "]";
    }

    private String level(Interval interval) {
        return Numbers.of(100 * interval.level()) + " %, " + words.method(interval.method());
    }
}
