package dev.kappa.web;

import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Runs as JSON, one at a time. */
@Component
class RunViews {
    private final Runs runs;

    RunViews(Runs runs) {
        this.runs = runs;
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
        return RunView.of(run, runs.progress(run), runs.queuePosition(run), Optional.empty());
    }

    RunView withMetrics(RunView bare) {
        return bare.state() == RunState.SUCCEEDED ? bare.with(runs.metrics(bare.id())) : bare;
    }
}
