package dev.kappa.run;

import dev.kappa.experiment.Tally;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/**
 * The largest relative difference, |a − b| / max(|a|, |b|), of the numbers of two documents or tallies; empty where
 * they are the same digit by digit, infinite where they differ in something other than finite numbers.
 */
final class Digits {
    private static final OptionalDouble SAME = OptionalDouble.empty();
    private static final OptionalDouble INCOMPARABLE = OptionalDouble.of(Double.POSITIVE_INFINITY);

    private Digits() {}

    static OptionalDouble between(JsonNode a, JsonNode b) {
        if (a.equals(b)) {
            return SAME;
        }
        if (a.isNumber() && b.isNumber()) {
            return between(a.asDouble(), b.asDouble());
        }
        if (a.isArray() && b.isArray() && a.size() == b.size()) {
            OptionalDouble largest = SAME;
            Iterator<JsonNode> other = b.iterator();
            for (JsonNode element : a) {
                largest = larger(largest, between(element, other.next()));
            }
            return largest;
        }
        if (a.isObject() && b.isObject() && a.propertyNames().equals(b.propertyNames())) {
            OptionalDouble largest = SAME;
            for (Map.Entry<String, JsonNode> property : a.properties()) {
                largest = larger(largest, between(property.getValue(), b.get(property.getKey())));
            }
            return largest;
        }
        return INCOMPARABLE;
    }

    static OptionalDouble between(Tally a, Tally b) {
        if (!a.entries().keySet().equals(b.entries().keySet())) {
            return INCOMPARABLE;
        }
        OptionalDouble largest = SAME;
        for (String name : a.entries().keySet()) {
            largest = larger(largest, between(a.entries().get(name), b.entries().get(name)));
        }
        return largest;
    }

    private static OptionalDouble between(Tally.Entry a, Tally.Entry b) {
        int length = length(a);
        if ((a.f64() == null) != (b.f64() == null) || length != length(b)) {
            return INCOMPARABLE;
        }
        OptionalDouble largest = SAME;
        for (int i = 0; i < length; i++) {
            largest = larger(largest, between(value(a, i), value(b, i)));
        }
        return largest;
    }

    private static int length(Tally.Entry entry) {
        return entry.f64() != null ? entry.f64().length : entry.f32().length;
    }

    private static double value(Tally.Entry entry, int i) {
        return entry.f64() != null ? entry.f64()[i] : entry.f32()[i];
    }

    static OptionalDouble between(double a, double b) {
        if (a == b || Double.isNaN(a) && Double.isNaN(b)) {
            return SAME;
        }
        return Double.isFinite(a) && Double.isFinite(b)
                ? OptionalDouble.of(Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)))
                : INCOMPARABLE;
    }

    static OptionalDouble larger(OptionalDouble a, OptionalDouble b) {
        return a.isPresent() && b.isPresent()
                ? OptionalDouble.of(Math.max(a.getAsDouble(), b.getAsDouble()))
                : a.isPresent() ? a : b;
    }
}
