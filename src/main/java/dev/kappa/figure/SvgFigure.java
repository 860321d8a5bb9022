package dev.kappa.figure;

import dev.kappa.experiment.Figure;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A figure as SVG: text stays text, nothing is loaded from elsewhere, and it reads on light and dark ground
 * because lines and letters take the page's colour. Charting libraries draw letters as outlines, which
 * makes ten times the bytes and nothing to search or read aloud.
 */
public final class SvgFigure {
    /** Distinct in hue and lightness for readers who do not tell colours apart (Okabe &amp; Ito 2008). */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#7f7f7f");

    private static final int PLOT = 552;
    private static final int HEIGHT = 400;
    private static final int LEFT = 72;
    private static final int RIGHT = 16;
    private static final int LEGEND = 132;
    private static final int TOP = 34;
    private static final int BOTTOM = 52;

    private final Figure figure;
    private final int plotEnd = LEFT + PLOT;
    private final int width;
    private final Scale x;
    private final Scale y;
    private final StringBuilder svg = new StringBuilder();

    private SvgFigure(Figure figure) {
        this.figure = figure;
        this.width = plotEnd + RIGHT + (figure.series().size() > 1 ? LEGEND : 0);
        this.x = Scale.over(isLog(figure.x()), values("x"), LEFT, plotEnd);
        this.y = Scale.over(isLog(figure.y()), values("y"), HEIGHT - BOTTOM, TOP);
    }

    /** A standalone SVG document. */
    public static String draw(Figure figure) {
        return new SvgFigure(figure).document();
    }

    private static boolean isLog(Figure.Axis axis) {
        return axis.scale().equals("log");
    }

    private double[] values(String axis) {
        Stream<double[]> series = figure.series().stream()
                .flatMap(s -> axis.equals("x") ? Stream.of(s.x()) : Stream.of(s.y(), s.low(), s.high()));
        DoubleStream lines = figure.lines().stream()
                .filter(line -> line.axis().equals(axis))
                .mapToDouble(Figure.Line::value);
        return DoubleStream.concat(series.flatMapToDouble(Arrays::stream), lines).toArray();
    }

    private String document() {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\"",
                width, HEIGHT, escape(figure.title()));
        add(" font-family=\"system-ui, sans-serif, SansSerif\" font-size=\"12\" fill=\"currentColor\" color=\"#444\">\n");
        add("<title>%s</title>\n", escape(figure.title()));
        text((LEFT + plotEnd) / 2.0, 18, "middle", figure.title(), " font-size=\"14\" font-weight=\"600\"");
        axes();
        for (Figure.Line line : figure.lines()) {
            reference(line);
        }
        for (int i = 0; i < figure.series().size(); i++) {
            series(figure.series().get(i), COLOURS.get(i % COLOURS.size()));
        }
        legend();
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        add("<g stroke=\"currentColor\" stroke-opacity=\"0.15\">\n");
        x.ticks().forEach(tick -> line(x.at(tick), TOP, x.at(tick), HEIGHT - BOTTOM, ""));
        y.ticks().forEach(tick -> line(LEFT, y.at(tick), plotEnd, y.at(tick), ""));
        add("</g>\n");
        add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"currentColor\"/>\n",
                LEFT, TOP, PLOT, HEIGHT - TOP - BOTTOM);
        x.ticks().forEach(tick -> text(x.at(tick), HEIGHT - BOTTOM + 16, "middle", Scale.label(tick), ""));
        y.ticks().forEach(tick -> text(LEFT - 6, y.at(tick) + 4, "end", Scale.label(tick), ""));
        text((LEFT + plotEnd) / 2.0, HEIGHT - 12, "middle", named(figure.x()), "");
        double middle = (TOP + HEIGHT - BOTTOM) / 2.0;
        text(16, middle, "middle", named(figure.y()), String.format(Locale.ROOT, " transform=\"rotate(-90 16 %.1f)\"", middle));
    }

    private static String named(Figure.Axis axis) {
        return axis.unit().isEmpty() ? axis.label() : axis.label() + " (" + axis.unit() + ")";
    }

    private void reference(Figure.Line line) {
        boolean vertical = line.axis().equals("x");
        Scale scale = vertical ? x : y;
        if (!scale.shows(line.value())) {
            return;
        }
        double at = scale.at(line.value());
        String dashed = " stroke=\"currentColor\" stroke-dasharray=\"5 4\"";
        if (vertical) {
            line(at, TOP, at, HEIGHT - BOTTOM, dashed);
            text(at + 4, TOP + 14, "start", line.label(), "");
        } else {
            line(LEFT, at, plotEnd, at, dashed);
            text(plotEnd - 4, at - 4, "end", line.label(), "");
        }
    }

    private void series(Figure.Series series, String colour) {
        add("<g stroke=\"%s\" fill=\"%s\">\n", colour, colour);
        if (series.low().length == series.x().length) {
            for (int i = 0; i < series.x().length; i++) {
                interval(series, i);
            }
        }
        if (series.style().startsWith("line")) {
            polyline(series);
        }
        if (series.style().endsWith("points")) {
            for (int i = 0; i < series.x().length; i++) {
                if (shown(series, i)) {
                    add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n", x.at(series.x()[i]), y.at(series.y()[i]));
                }
            }
        }
        if (series.style().equals("bars")) {
            bars(series);
        }
        add("</g>\n");
    }

    private boolean shown(Figure.Series series, int i) {
        return x.shows(series.x()[i]) && y.shows(series.y()[i]);
    }

    private void interval(Figure.Series series, int i) {
        double at = series.x()[i];
        if (x.shows(at) && Double.isFinite(series.high()[i]) && y.shows(series.high()[i])) {
            double low = y.shows(series.low()[i]) ? y.at(series.low()[i]) : y.from();
            line(x.at(at), low, x.at(at), y.at(series.high()[i]), " stroke-width=\"2\" stroke-opacity=\"0.5\"");
        }
    }

    private void polyline(Figure.Series series) {
        add("<polyline fill=\"none\" stroke-width=\"1.5\" points=\"");
        for (int i = 0; i < series.x().length; i++) {
            if (shown(series, i)) {
                add("%.1f,%.1f ", x.at(series.x()[i]), y.at(series.y()[i]));
            }
        }
        add("\"/>\n");
    }

    private void bars(Figure.Series series) {
        double width = Math.max(1, 0.7 * (PLOT) / Math.max(1, series.x().length));
        for (int i = 0; i < series.x().length; i++) {
            if (shown(series, i)) {
                double top = y.at(series.y()[i]);
                add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill-opacity=\"0.6\"/>\n",
                        x.at(series.x()[i]) - width / 2, top, width, HEIGHT - BOTTOM - top);
            }
        }
    }

    private void legend() {
        if (figure.series().size() < 2) {
            return;
        }
        double row = TOP + 16;
        for (int i = 0; i < figure.series().size(); i++) {
            line(plotEnd + 12, row - 4, plotEnd + 32, row - 4, " stroke-width=\"3\" stroke=\"" + COLOURS.get(i % COLOURS.size()) + "\"");
            text(plotEnd + 38, row, "start", figure.series().get(i).label(), "");
            row += 16;
        }
    }

    private void line(double x1, double y1, double x2, double y2, String style) {
        add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"%s/>\n", x1, y1, x2, y2, style);
    }

    private void text(double left, double top, String anchor, String words, String style) {
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", left, top, anchor, style, escape(words));
    }

    private void add(String format, Object... values) {
        svg.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
