package dev.kappa.demo;

import dev.kappa.experiment.Figure;
import dev.kappa.figure.SvgFigure;
import java.util.List;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.JsonNode;

/** The results as one page that needs nothing else: figures inside, no script, no request. */
final class Report {
    private static final String STYLE =
            """
            :root { color-scheme: light dark; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 1320px; margin: 2rem auto; padding: 0 1rem; }
            .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1rem; }
            figure { margin: 0; padding: .5rem; border: 1px solid #8884; border-radius: 6px; background: #fff; }
            table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
            th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8883; }
            .flag { color: #b35900; }
            pre { white-space: pre-wrap; background: #8881; padding: .6rem; border-radius: 6px; }
            """;

    private Report() {}

    static String html(List<Result> results) {
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\"><title>Kappa: demonstration</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>Kappa: demonstration</h1>\n")
                .append("<p>Two experiments on the bundled model. Intervals are 95 %.</p>\n");
        results.forEach(result -> section(page, result));
        return page.append("</body></html>\n").toString();
    }

    private static void section(StringBuilder page, Result result) {
        page.append("<h2>").append(escape(result.run().path("experiment").asString())).append("</h2>\n<div class=\"figures\">\n");
        for (Figure figure : result.figures()) {
            page.append("<figure>").append(SvgFigure.draw(figure)).append("</figure>\n");
        }
        page.append("</div>\n<table><tr><th>metric</th><th>of</th><th>value</th><th>95 % interval</th><th>method</th>")
                .append("<th>n</th><th>flags</th></tr>\n");
        result.metrics().forEach(metric -> row(page, metric));
        page.append("</table>\n<details><summary>The run</summary><pre>")
                .append(escape(result.run().toPrettyString()))
                .append("</pre></details>\n");
    }

    private static void row(StringBuilder page, JsonNode metric) {
        StringBuilder about = new StringBuilder();
        metric.path("dimensions")
                .properties()
                .forEach(entry -> about.append(entry.getKey()).append(' ').append(entry.getValue().asString()).append("  "));
        page.append("<tr><td>").append(escape(metric.path("name").asString()))
                .append("</td><td>").append(escape(about.toString().strip()))
                .append("</td><td>").append(Result.number(metric.path("value")))
                .append("</td><td>").append(Result.interval(metric))
                .append("</td><td>").append(escape(metric.path("interval").path("method").asString("")))
                .append("</td><td>").append(Result.number(metric.path("n")))
                .append("</td><td class=\"flag\">").append(escape(String.join(", ", Result.flags(metric)).replace('_', ' ')))
                .append("</td></tr>\n");
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text);
    }
}
