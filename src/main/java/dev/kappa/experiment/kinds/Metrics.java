package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Metric;
import dev.kappa.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the metrics of one subject: what they are about is said once. */
final class Metrics {
    /** The number as computed lies outside the interval of what it estimates: this much data biases it. */
    private static final String BIASED = "plug_in_biased";

    private final List<Metric> all;
    private final Map<String, Object> dimensions;

    private Metrics(List<Metric> all, Map<String, Object> dimensions) {
        this.all = all;
        this.dimensions = dimensions;
    }

    Metrics() {
        this(new ArrayList<>(), Map.of());
    }

    /** Metrics about something more particular, collected into the same list. */
    Metrics about(String dimension, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(dimensions);
        more.put(dimension, value);
        return new Metrics(all, more);
    }

    /** A number with an interval. */
    Metrics add(String name, double value, Interval interval, long n, String... flags) {
        return add(name, value, "", Optional.of(interval), n, List.of(flags));
    }

    /** A number that has no interval: a count that is exact, or a setting found from the data. */
    Metrics add(String name, double value, long n, String... flags) {
        return add(name, value, "", Optional.empty(), n, List.of(flags));
    }

    Metrics add(String name, double value, String unit, Optional<Interval> interval, long n, List<String> flags) {
        List<String> told = new ArrayList<>(flags);
        if (interval.isPresent() && Double.isFinite(interval.get().low()) && !interval.get().contains(value)) {
            told.add(BIASED);
        }
        all.add(new Metric(name, 1, value, unit, dimensions, interval, n, told));
        return this;
    }

    List<Metric> list() {
        return List.copyOf(all);
    }
}
