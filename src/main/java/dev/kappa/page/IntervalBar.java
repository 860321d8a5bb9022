package dev.kappa.page;

import dev.kappa.stats.Interval;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Values and their intervals as small drawings on one scale, so that they can be compared at a glance. */
final class IntervalBar {
    private static final double WIDTH = 132;
    private static final double MARGIN = 6;

    private final double low;
    private final double high;

    private IntervalBar(double low, double high) {
        this.low = low;
        this.high = high;
    }

    /** The scale that shows all of them; what is not finite ends at its edge. */
    static IntervalBar over(Stream<Double> values, Stream<Interval> intervals) {
        double[] all = DoubleStream.concat(
                        values.mapToDouble(Double::doubleValue),
                        intervals.flatMapToDouble(i -> DoubleStream.of(i.low(), i.high())))
                .filter(Double::isFinite)
                .toArray();
        return new IntervalBar(
                DoubleStream.of(all).min().orElse(0), DoubleStream.of(all).max().orElse(0));
    }

    /** SVG for each value in turn; empty where it is not finite, or where the scale shows one point alone. */
    String draw(double value, Optional<Interval> interval) {
        if (!Double.isFinite(value) || low == high) {
            return "";
        }
        String line = interval.filter(i -> !Double.isNaN(i.low()) && !Double.isNaN(i.high()))
                .map(i -> format(
                        "<line x1=\"%.1f\" y1=\"7\" x2=\"%.1f\" y2=\"7\" stroke=\"currentColor\" stroke-width=\"3\""
                                + " stroke-opacity=\"0.45\"/>",
                        at(i.low()),
                        at(i.high())))
                .orElse("");
        return format(
                "<svg class=\"interval\" viewBox=\"0 0 %.0f 14\" width=\"%.0f\" height=\"14\" aria-hidden=\"true\">"
                        + "%s<circle cx=\"%.1f\" cy=\"7\" r=\"3.5\" fill=\"currentColor\"/></svg>",
                WIDTH,
                WIDTH,
                line,
                at(value));
    }

    private double at(double value) {
        double share = Math.max(0, Math.min(1, (value - low) / (high - low)));
        return MARGIN + (WIDTH - 2 * MARGIN) * share;
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
