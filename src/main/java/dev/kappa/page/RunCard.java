package dev.kappa.page;

import dev.kappa.run.Progress;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A run as the pages show it in short.
 *
 * @param title of its kind of experiment
 * @param tone of its state: {@code busy}, {@code good}, {@code bad} or {@code quiet}
 * @param why the reason and the detail of its state; empty in the ordinary course
 * @param code of the fault that ended it; empty where none did
 * @param percent of the measuring, 0 to 100
 * @param left the estimate of what is left; empty where there is none
 * @param took from start to end, or to now
 * @param labels as {@code key=value}
 */
record RunCard(
        String id,
        String experiment,
        String title,
        RunState state,
        String stateWord,
        String tone,
        String why,
        String code,
        int percent,
        int done,
        int total,
        String left,
        String queue,
        String created,
        String took,
        List<String> labels,
        boolean ended) {

    static RunCard of(Run run, Progress progress, String title, Optional<Long> ahead, Instant now) {
        boolean succeeded = run.state() == RunState.SUCCEEDED;
        return new RunCard(
                run.id(),
                run.experiment(),
                title,
                run.state(),
                word(run.state()),
                tone(run.state()),
                why(run),
                run.code().orElse(""),
                succeeded ? 100 : (int) Math.floor(100 * progress.fraction()),
                progress.done(),
                progress.total(),
                progress.etaSeconds()
                        .map(seconds -> Numbers.duration(seconds) + " left")
                        .orElse(""),
                ahead.map(RunCard::queue).orElse(""),
                Numbers.time(run.createdAt()),
                run.startedAt()
                        .map(start -> Numbers.duration(Duration.between(start, run.finishedAt().orElse(now))))
                        .orElse(""),
                run.labels().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .toList(),
                run.state().isTerminal());
    }

    /** The end of the id, which tells runs apart where space is short. */
    public String shortId() {
        return id.length() <= 8 ? id : "…" + id.substring(id.length() - 7);
    }

    public boolean failed() {
        return state == RunState.FAILED;
    }

    static String word(RunState state) {
        return switch (state) {
            case QUEUED -> "queued";
            case LOADING -> "loading";
            case RUNNING -> "measuring";
            case CONCLUDING -> "concluding";
            case CANCELLING -> "cancelling";
            case SUCCEEDED -> "succeeded";
            case FAILED -> "failed";
            case CANCELLED -> "cancelled";
        };
    }

    private static String tone(RunState state) {
        return switch (state) {
            case QUEUED, CANCELLED -> "quiet";
            case LOADING, RUNNING, CONCLUDING, CANCELLING -> "busy";
            case SUCCEEDED -> "good";
            case FAILED -> "bad";
        };
    }

    private static String why(Run run) {
        String reason = run.reason()
                .map(r -> r.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .orElse("");
        String detail = run.detail().orElse("");
        return reason.isEmpty() || detail.isEmpty() ? reason + detail : reason + ": " + detail;
    }

    private static String queue(long ahead) {
        return ahead == 0 ? "next in the queue" : ahead == 1 ? "1 run goes first" : ahead + " runs go first";
    }
}
