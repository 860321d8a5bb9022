package dev.kappa.run;

import dev.kappa.experiment.Artifact;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Tally;
import dev.kappa.run.RunStates.Cause;
import dev.kappa.run.Verifier.Verdict;
import dev.kappa.store.ArtifactStore;
import dev.kappa.store.TallyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Turns the tallies of a run, in block order, into its findings. */
@Component
class Concluder {
    private static final Logger LOG = LoggerFactory.getLogger(Concluder.class);

    private final Experiments experiments;
    private final Conclusions conclusions;
    private final RunRows runs;
    private final TallyStore tallies;
    private final ArtifactStore artifacts;
    private final Measured measured;
    private final Verifier verifier;
    private final LeftRuns left;
    private final EngineSettings settings;

    Concluder(
            Experiments experiments,
            Conclusions conclusions,
            RunRows runs,
            TallyStore tallies,
            ArtifactStore artifacts,
            Measured measured,
            Verifier verifier,
            LeftRuns left,
            EngineSettings settings) {
        this.experiments = experiments;
        this.conclusions = conclusions;
        this.runs = runs;
        this.tallies = tallies;
        this.artifacts = artifacts;
        this.measured = measured;
        this.verifier = verifier;
        this.left = left;
        this.settings = settings;
    }

    /** Concludes a run; says after how long it is to be tried again, if it is. */
    Optional<Duration> conclude(String id) {
        Optional<Kind<?>> kind = runs.find(id).flatMap(run -> experiments.find(run.experiment()));
        if (kind.isEmpty()) {
            return runs.find(id).map(left::leave);
        }
        Optional<Run> run = conclusions.begin(id);
        if (run.isEmpty()) {
            return Optional.empty();
        }
        try {
            conclude(run.get(), kind.get());
            return Optional.empty();
        } catch (Throwable e) {
            LOG.warn("Run {} could not be concluded", id, e);
            Cause cause = Causes.of(e);
            boolean again = Patience.with(settings.databasePatience(), () -> conclusions.failed(id, cause));
            return again ? Optional.of(settings.retryDelay()) : Optional.empty();
        }
    }

    private void conclude(Run run, Kind<?> kind) {
        Findings findings = kind.conclude(run, tallies(run));
        List<ArtifactInfo> written = new ArrayList<>();
        for (Artifact artifact : findings.artifacts()) {
            written.add(new ArtifactInfo(artifact.name(), artifact.kind(), artifacts.write(run.id(), artifact)));
        }
        JsonNode provenance = measured.provenance(run);
        Optional<Verdict> verdict = verified(run)
                .map(parent -> verifier.compare(run, parent, findings, written, provenance));
        Findings all = verdict.map(found -> findings.with(found.table())).orElse(findings);
        boolean finished = Patience.with(
                settings.databasePatience(),
                () -> conclusions.finish(run.id(), all, written, provenance, verdict.map(Verdict::verification)));
        if (!finished && runs.find(run.id()).map(Run::state).orElse(null) != RunState.SUCCEEDED) {
            artifacts.delete(run.id());
        }
    }

    private Optional<Run> verified(Run run) {
        return run.origin() == Origin.VERIFICATION ? run.parent().flatMap(runs::find) : Optional.empty();
    }

    private List<Tally> tallies(Run run) {
        return runs.blocks(run.id()).stream()
                .map(block -> tallies.read(run.id(), block.index(), block.tallyHash().orElseThrow()))
                .toList();
    }
}
