package dev.kappa.run;

import dev.kappa.experiment.Findings;
import dev.kappa.run.RunStates.Cause;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** The transactions around a conclusion. */
@Component
class Conclusions {
    private final JdbcClient jdbc;
    private final RunRows runs;
    private final RunStates states;
    private final FindingRows findings;
    private final PartialRows partial;
    private final EventLog events;
    private final EngineSettings settings;

    Conclusions(
            JdbcClient jdbc,
            RunRows runs,
            RunStates states,
            FindingRows findings,
            PartialRows partial,
            EventLog events,
            EngineSettings settings) {
        this.jdbc = jdbc;
        this.runs = runs;
        this.states = states;
        this.findings = findings;
        this.partial = partial;
        this.events = events;
        this.settings = settings;
    }

    /** The run, if it still is to be concluded; one that ended the process too often fails. */
    @Transactional
    public Optional<Run> begin(String id) {
        if (states.lock(id) != RunState.CONCLUDING) {
            return Optional.empty();
        }
        int conclusions = jdbc.sql("update run set conclusions = conclusions + 1 where id = :id returning conclusions")
                .param("id", id)
                .query(Integer.class)
                .single();
        if (conclusions > settings.attempts()) {
            states.fail(
                    id,
                    new Cause(
                            StateReason.CRASHED,
                            "conclusion_crashed",
                            "the process ended " + settings.attempts() + " times while the run was being concluded"));
            return Optional.empty();
        }
        return runs.find(id);
    }

    /** All findings and the state with them; false, and nothing written, where the run is no longer wanted. */
    @Transactional
    public boolean finish(
            String run,
            Findings found,
            List<ArtifactInfo> artifacts,
            JsonNode provenance,
            Optional<Verification> verification) {
        if (states.lock(run) != RunState.CONCLUDING) {
            return false;
        }
        jdbc.sql("update run set provenance = :provenance, verification = :verification where id = :id")
                .param("provenance", Json.write(provenance))
                .param("verification", verification.map(Json::write).orElse(null))
                .param("id", run)
                .update();
        findings.write(run, found, artifacts);
        partial.delete(run);
        events.metrics(run, found.metrics());
        return states.move(run, RunState.CONCLUDING, RunState.SUCCEEDED, Cause.NONE);
    }

    /** Counts an exception; true where the conclusion is to be tried again. */
    @Transactional
    public boolean failed(String id, Cause cause) {
        RunState state = states.lock(id);
        int conclusions = jdbc.sql("select conclusions from run where id = :id")
                .param("id", id)
                .query(Integer.class)
                .single();
        if (cause.reason() == StateReason.INVALID_INPUT || conclusions >= settings.attempts()) {
            states.fail(id, cause);
            return false;
        }
        return state == RunState.CONCLUDING;
    }
}
