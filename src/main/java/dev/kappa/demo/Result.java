package dev.kappa.demo;

import dev.kappa.experiment.Figure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** A finished run as the API tells it. */
record Result(JsonNode run, List<JsonNode> metrics, List<Figure> figures) {
    /** A reader's few lines. */
    String text() {
        return run.path("experiment").asString().equals("jacobian_rank") ? jacobian() : sweep();
    }

    private String jacobian() {
        StringBuilder text = new StringBuilder();
        JsonNode kappa = metric("kappa").orElseThrow();
        line(text, "Causal dimensionality at %s (d = %.0f)", hook(kappa), metric("d").orElseThrow().path("value").asDouble());
        for (String name : List.of("kappa", "kappa_over_d", "kappa_pr", "stable_rank")) {
            metric(name).ifPresent(found -> line(text, "  %-14s %s", label(name), withInterval(found)));
        }
        line(text, "  from %,d gradients of %s sequences", kappa.path("n").asLong(), run.path("parameters").path("sequences"));
        return text.append('\n').toString();
    }

    private String sweep() {
        StringBuilder text = new StringBuilder();
        line(text, "Features represented and features that matter (%s, calibration %s)",
                run.path("parameters").path("hook").asString(),
                run.path("parameters").path("calibration").path("method").asString());
        line(text, "  %7s  %-26s %-26s %-24s", "width", "N_rep", "N_causal", "inert fraction");
        for (String width : widths()) {
            line(text, "  %7s  %-26s %-26s %-24s", width, at("n_rep", width), at("n_causal", width), at("inert_fraction", width));
        }
        metric("growth_rep").ifPresent(m -> line(text, "  N_rep grows     ×%s", withInterval(m)));
        metric("growth_causal").ifPresent(m -> line(text, "  N_causal grows  ×%s", withInterval(m)));
        metric("wedge").ifPresent(m -> line(text, "  wedge           ×%s", withInterval(m)));
        metric("kappa_hat").ifPresent(m -> line(text, "  κ̂               %s features over blocks", withInterval(m)));
        metric("kappa_hat_over_widths").ifPresent(m -> line(text, "                  %s over widths", interval(m)));
        metric("kappa_hat").ifPresent(m -> line(text, "  verdict         %s", String.join(", ", flags(m)).replace('_', ' ')));
        return text.append('\n').toString();
    }

    private Set<String> widths() {
        Set<String> widths = new LinkedHashSet<>();
        metrics.stream()
                .filter(metric -> metric.path("name").asString().equals("n_rep"))
                .forEach(metric -> widths.add(metric.path("dimensions").path("width").asString()));
        return widths;
    }

    private String at(String name, String width) {
        return metrics.stream()
                .filter(m -> m.path("name").asString().equals(name))
                .filter(m -> m.path("dimensions").path("width").asString().equals(width))
                .findFirst()
                .map(m -> withInterval(m) + (flags(m).contains("forced") ? " forced" : ""))
                .orElse("");
    }

    private Optional<JsonNode> metric(String name) {
        return metrics.stream()
                .filter(metric -> metric.path("name").asString().equals(name))
                .findFirst();
    }

    private static String hook(JsonNode metric) {
        return metric.path("dimensions").path("hook").asString();
    }

    private static String label(String name) {
        return switch (name) {
            case "kappa" -> "κ";
            case "kappa_over_d" -> "κ/d";
            case "kappa_pr" -> "κ_PR";
            default -> name.replace('_', ' ');
        };
    }

    static List<String> flags(JsonNode metric) {
        List<String> flags = new ArrayList<>();
        StreamSupport.stream(metric.path("flags").spliterator(), false).forEach(flag -> flags.add(flag.asString()));
        return flags;
    }

    static String withInterval(JsonNode metric) {
        String interval = interval(metric);
        return number(metric.path("value")) + (interval.isEmpty() ? "" : " " + interval);
    }

    static String interval(JsonNode metric) {
        JsonNode interval = metric.path("interval");
        return interval.isObject() ? "[" + number(interval.path("low")) + ", " + number(interval.path("high")) + "]" : "";
    }

    static String number(JsonNode value) {
        if (!value.isNumber()) {
            return value.asString();
        }
        double number = value.asDouble();
        double size = Math.abs(number);
        if (number == Math.rint(number) && size < 1e9) {
            return String.format(Locale.ROOT, "%,.0f", number);
        }
        return String.format(Locale.ROOT, size >= 1000 ? "%,.0f" : size >= 10 ? "%.2f" : size >= 0.01 ? "%.3f" : "%.2e", number);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
