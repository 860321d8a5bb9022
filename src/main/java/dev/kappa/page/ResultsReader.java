package dev.kappa.page;

import dev.kappa.experiment.Metric;
import dev.kappa.run.Partial;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import java.util.List;
import org.springframework.stereotype.Component;

/** Reads {@link Results}. */
@Component
class ResultsReader {
    private final Runs runs;
    private final Words words;

    ResultsReader(Runs runs, Words words) {
        this.runs = runs;
        this.words = words;
    }

    Results of(Run run) {
        return run.state() == RunState.SUCCEEDED ? last(run) : soFar(run);
    }

    private Results last(Run run) {
        List<Picture> figures = runs.allFigures(run.id()).stream()
                .map(figure -> {
                    String source = "/v1/runs/" + run.id() + "/figures/" + figure.name();
                    return Picture.of(figure, source, source + "?format=svg");
                })
                .toList();
        return results(run, false, run.blocks(), runs.metrics(run.id()), figures);
    }

    private Results soFar(Run run) {
        Partial partial = runs.partial(run.id());
        List<Picture> figures = partial.figures().stream()
                .map(figure -> Picture.of(figure, "/runs/" + run.id() + "/figures/" + figure.name(), ""))
                .toList();
        return results(
                run,
                true,
                partial.blocks(),
                partial.metrics().stream().map(ResultsReader::unflagged).toList(),
                figures);
    }

    /** That they are partial is said of all of them at once. */
    private static Metric unflagged(Metric metric) {
        return new Metric(
                metric.name(), metric.version(), metric.value(), metric.unit(), metric.dimensions(), metric.interval(),
                metric.n(),
                metric.flags().stream().filter(flag -> !flag.equals(Partial.FLAG)).toList());
    }

    private Results results(Run run, boolean partial, int blocks, List<Metric> metrics, List<Picture> figures) {
        List<MetricGroup> groups = MetricGroup.of(metrics, words);
        return new Results(
                partial,
                blocks,
                Headline.of(groups, words.headlines(run.experiment())),
                Caution.of(groups),
                groups,
                figures);
    }
}
