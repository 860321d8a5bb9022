package dev.kappa.experiment;

import dev.kappa.stats.Interval;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A number with everything that must travel with it. NaN and infinities are values.
 *
 * @param version of the definition; a changed definition has a new one
 * @param unit such as {@code nats}; empty for a pure number
 * @param dimensions what it is about: hook, width, …; by name, so that equal metrics are written alike everywhere
 * @param n how many samples it rests on (tokens, sequences, features: as its definition says)
 * @param flags what a reader must know, such as {@code forced} or {@code undersampled}
 */
public record Metric(
        String name,
        int version,
        double value,
        String unit,
        Map<String, Object> dimensions,
        Optional<Interval> interval,
        long n,
        List<String> flags) {
    public Metric {
        dimensions = Collections.unmodifiableMap(new TreeMap<>(dimensions));
        flags = List.copyOf(flags);
    }
}
