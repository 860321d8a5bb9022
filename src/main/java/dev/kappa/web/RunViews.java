package dev.kappa.web;

import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import dev.kappa.run.Verifications;
import java.util.List;
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
        return runs.find(id).orElseThrow(() -> Missing.of("unknown_run", "there is no run '" + id + "'"));
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
