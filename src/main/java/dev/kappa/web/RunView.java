package dev.kappa.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kappa.experiment.Metric;
import dev.kappa.run.Json;
import dev.kappa.run.Origin;
import dev.kappa.run.Progress;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.StateReason;
import dev.kappa.run.Verification;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A run as JSON.
 *
 * @param origin where it comes from
 * @param parent the run whose tallies it concludes with other settings, or that it measures again
 * @param code of the fault that ended it
 * @param queuePosition how many queued runs go first; absent where it is not queued, and in lists
 * @param verification of a verification that has ended: how its digits compare with its parent's
 * @param verifications runs that measure this one again, newest first; absent where there are none, and in lists
 * @param deadlineAt when it fails where it has not ended
 * @param tallies {@code expired} where they were deleted by policy, so that it cannot be reanalysed
 * @param artifacts {@code expired} where they were deleted by policy
 * @param metrics absent in lists
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record RunView(
        String id,
        String experiment,
        Origin origin,
        Optional<String> parent,
        RunState state,
        Optional<StateReason> stateReason,
        Optional<String> code,
        Optional<String> detail,
        ProgressView progress,
        Optional<Long> queuePosition,
        JsonNode parameters,
        long seed,
        int blocks,
        int priority,
        Map<String, String> labels,
        JsonNode provenance,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<Verification> verification,
        Optional<List<VerifiedBy>> verifications,
        Optional<Instant> deadlineAt,
        Optional<String> tallies,
        Optional<String> artifacts,
        Optional<List<Metric>> metrics) {
    private static final String EXPIRED = "expired";

    /** @param identical whether every digit was the same; absent until it is known */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record VerifiedBy(String run, RunState state, Optional<Boolean> identical) {
        static VerifiedBy of(Run child) {
            return new VerifiedBy(child.id(), child.state(), child.verified().map(Verification::identical));
        }
    }

    /** @param phase {@code queued}, {@code loading}, {@code measuring}, {@code concluding}, {@code cancelling} or {@code ended} */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record ProgressView(String phase, int done, int total, double fraction, Optional<Double> etaSeconds) {
        static ProgressView of(RunState state, Progress progress) {
            return new ProgressView(
                    phase(state), progress.done(), progress.total(), progress.fraction(), progress.etaSeconds().map(Math::ceil));
        }

        private static String phase(RunState state) {
            return switch (state) {
                case QUEUED -> "queued";
                case LOADING -> "loading";
                case RUNNING -> "measuring";
                case CONCLUDING -> "concluding";
                case CANCELLING -> "cancelling";
                case SUCCEEDED, FAILED, CANCELLED -> "ended";
            };
        }
    }

    RunView with(List<Metric> found) {
        return new RunView(
                id, experiment, origin, parent, state, stateReason, code, detail, progress, queuePosition, parameters, seed,
                blocks, priority, labels, provenance, createdAt, startedAt, finishedAt, verification, verifications,
                deadlineAt, tallies, artifacts,
                Optional.of(found));
    }

    /** As lists have it. */
    static RunView of(Run run, Progress progress) {
        return of(run, progress, Optional.empty(), List.of());
    }

    static RunView of(Run run, Progress progress, Optional<Long> queuePosition, List<Run> verifications) {
        return new RunView(
                run.id(),
                run.experiment(),
                run.origin(),
                run.parent(),
                run.state(),
                run.reason(),
                run.code(),
                run.detail(),
                ProgressView.of(run.state(), progress),
                queuePosition,
                Json.parse(run.parameters()),
                run.seed(),
                run.blocks(),
                run.priority(),
                run.labels(),
                Json.parse(run.provenance()),
                run.createdAt(),
                run.startedAt(),
                run.finishedAt(),
                run.verified(),
                verifications.isEmpty()
                        ? Optional.empty()
                        : Optional.of(verifications.stream().map(VerifiedBy::of).toList()),
                run.deadlineAt(),
                run.talliesExpiredAt().map(any -> EXPIRED),
                run.artifactsExpiredAt().map(any -> EXPIRED),
                Optional.empty());
    }
}
