package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.experiment.Metric;
import dev.kappa.run.Progress;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import dev.kappa.run.Verifications;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.springframework.stereotype.Component;

/** Runs as JSON, one at a time. */
@Component
class RunViews {
    private final Runs runs;
    private final Verifications verifications;

    RunViews(Runs runs, Verifications verifications) {
        this.runs = runs;
        this.verifications = verifications;
    }

    Run find(String id) {
        return runs.find(id).orElseThrow(() -> Refusal.notFound(
                "unknown_run",
                runs.expiredAt(id)
                        .map(when -> "run '" + id + "' was deleted at " + when + " by kappa.retention.runs")
                        .orElse("there is no run '" + id + "'")));
    }

    /** As lists have them. */
    List<RunView> listed(List<Run> page) {
        List<Progress> progress = runs.progress(page);
        return IntStream.range(0, page.size())
                .mapToObj(i -> RunView.of(page.get(i), progress.get(i)))
                .toList();
    }

    List<RunView> listedWithMetrics(List<Run> page) {
        Map<String, List<Metric>> metrics = runs.metrics(page);
        return listed(page).stream()
                .map(view -> metrics.containsKey(view.id()) ? view.with(metrics.get(view.id())) : view)
                .toList();
    }

    /** With its metrics, where it has them. */
    RunView full(Run run) {
        return withMetrics(bare(run));
    }

    /** Without the metrics, which never change once a run has them. */
    RunView bare(Run run) {
        return RunView.of(run, runs.progress(run), runs.queuePosition(run), verifications(run));
    }

    /** Only what has succeeded can be verified. */
    private List<Run> verifications(Run run) {
        return run.state() == RunState.SUCCEEDED ? verifications.of(run) : List.of();
    }

    RunView withMetrics(RunView bare) {
        return bare.state() == RunState.SUCCEEDED ? bare.with(runs.metrics(bare.id())) : bare;
    }
}
