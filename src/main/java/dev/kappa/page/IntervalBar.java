package dev.kappa.page;

import dev.kappa.experiment.Metric;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** A value and its interval as a small drawing, on a scale that it shares with those beside it. */
final class IntervalBar {
    private static final double WIDTH = 120;

    private final double low;
    private final double high;

    private IntervalBar(double low, double high) {
        this.low = low;
        this.high = high;
    }

    /** The scale that shows all of them. */
    static IntervalBar over(List<Metric> metrics) {
        double[] all = metrics.stream()
                .flatMapToDouble(IntervalBar::ends)
                .filter(Double::isFinite)
                .toArray();
        double least = DoubleStream.of(all).min().orElse(0);
        double most = DoubleStream.of(all).max().orElse(1);
        double room = most > least ? (most - least) * 0.05 : Math.max(1e-12, Math.abs(most) * 0.1);
        return new IntervalBar(least - room, most + room);
    }

    private static DoubleStream ends(Metric metric) {
        return DoubleStream.concat(
                DoubleStream.of(metric.value()),
                metric.interval().stream().flatMapToDouble(i -> DoubleStream.of(i.low(), i.high())));
    }

    /** SVG; empty where the value is not finite. */
    String draw(Optional<Metric> metric) {
        return metric.filter(m -> Double.isFinite(m.value())).map(this::svg).orElse("");
    }

    private String svg(Metric metric) {
        String line = metric.interval()
                .filter(i -> !Double.isNaN(i.low()) && !Double.isNaN(i.high()))
                .map(i -> String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" y1=\"7\" x2=\"%.1f\" y2=\"7\" stroke=\"currentColor\" stroke-width=\"2\" stroke-opacity=\"0.55\"/>",
                        at(i.low()),
                        at(i.high())))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "<svg class=\"interval\" viewBox=\"0 0 120 14\" width=\"120\" height=\"14\" aria-hidden=\"true\">%s"
                        + "<circle cx=\"%.1f\" cy=\"7\" r=\"3.5\" fill=\"currentColor\"/></svg>",
                line,
                at(metric.value()));
    }

    private double at(double value) {
        return WIDTH * Math.max(0, Math.min(1, (value - low) / (high - low)));
    }
}
