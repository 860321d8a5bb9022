package dev.kappa.run;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** What can be read of runs, and asked of them, from outside. */
@Service
public class Runs {
    private final RunRows rows;
    private final RunStates states;
    private final FindingRows findings;
    private final PartialRows partial;
    private final ProgressReader progress;

    Runs(RunRows rows, RunStates states, FindingRows findings, PartialRows partial, ProgressReader progress) {
        this.rows = rows;
        this.states = states;
        this.findings = findings;
        this.partial = partial;
        this.progress = progress;
    }

    public Optional<Run> find(String id) {
        return rows.find(id);
    }

    /** When a run was deleted by policy, where it was. */
    public Optional<Instant> expiredAt(String id) {
        return rows.expiredAt(id);
    }

    /** Newest first, older than {@code before} where it is given. */
    public List<Run> list(int limit, Optional<String> before, RunFilter filter) {
        return rows.list(limit, before, filter);
    }

    public Progress progress(Run run) {
        return progress.of(List.of(run)).get(run.id());
    }

    /** How many queued runs go before this one; empty where it is not queued. */
    public Optional<Long> queuePosition(Run run) {
        return run.state() == RunState.QUEUED ? Optional.of(progress.ahead(run)) : Optional.empty();
    }

    /** In the order of the runs. */
    public List<Progress> progress(List<Run> runs) {
        var found = progress.of(runs);
        return runs.stream().map(run -> found.get(run.id())).toList();
    }

    /** Asks for the end of a run; nothing happens where it has ended. */
    public void cancel(String id) {
        states.cancel(id);
    }

    public List<BlockInfo> blocks(String run) {
        return rows.blocks(run);
    }

    public List<Metric> metrics(String run) {
        return findings.metrics(run);
    }

    /** What the blocks say that are done, of a run that has no findings. */
    public Partial partial(String run) {
        return partial.find(run).orElse(Partial.NONE);
    }

    /** Of several runs, by their ids. */
    public Map<String, List<Metric>> metrics(List<Run> runs) {
        return findings.metrics(runs.stream().map(Run::id).toList());
    }

    public List<Named> tables(String run) {
        return findings.tables(run);
    }

    public Optional<Table> table(String run, String name) {
        return findings.table(run, name);
    }

    public List<Named> figures(String run) {
        return findings.figures(run);
    }

    public Optional<Figure> figure(String run, String name) {
        return findings.figure(run, name);
    }

    public List<Figure> allFigures(String run) {
        return findings.allFigures(run);
    }

    public List<ArtifactInfo> artifacts(String run) {
        return findings.artifacts(run);
    }
}
