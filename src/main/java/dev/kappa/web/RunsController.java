package dev.kappa.web;

import dev.kappa.fault.Refuses;
import dev.kappa.limits.Limits;
import dev.kappa.run.Labels;
import dev.kappa.run.Reanalyses;
import dev.kappa.run.Run;
import dev.kappa.run.RunFilter;
import dev.kappa.run.Runs;
import dev.kappa.run.Submissions;
import dev.kappa.run.Submissions.Submitted;
import dev.kappa.run.Verifications;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import tools.jackson.databind.JsonNode;

/** Runs: submit, list, follow, cancel. */
@RestController
@RequestMapping("/v1/runs")
class RunsController {
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Pattern PLAIN_KEY = Pattern.compile("[!-~]([ -~]{0,253}[!-~])?");

    private final Submissions submissions;
    private final Reanalyses reanalyses;
    private final Verifications verifications;
    private final Labels labels;
    private final Runs runs;
    private final RunViews views;
    private final Polls polls;
    private final Limits limits;

    RunsController(
            Submissions submissions,
            Reanalyses reanalyses,
            Verifications verifications,
            Labels labels,
            Runs runs,
            RunViews views,
            Polls polls,
            Limits limits) {
        this.submissions = submissions;
        this.reanalyses = reanalyses;
        this.verifications = verifications;
        this.labels = labels;
        this.runs = runs;
        this.views = views;
        this.polls = polls;
        this.limits = limits;
    }

    record RunsView(List<RunView> runs, Optional<String> nextPageToken) {}

    @Operation(summary = "Submit a run")
    @Refuses(status = 400, codes = "invalid_header")
    @Refuses(status = 422, codes = {"unknown_parameter", "missing", "invalid_type", "out_of_range", "unknown_model", "idempotency_conflict"}, open = true)
    @Refuses(status = 503, codes = {"queue_full", "draining"})
    @Refuses(status = 429, codes = "quota_exceeded")
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<RunView> submit(
            @RequestBody JsonNode body, @RequestHeader(name = IDEMPOTENCY_KEY, required = false) String key) {
        if (key == null) {
            return accepted(submissions.submit(body));
        }
        if (!PLAIN_KEY.matcher(key).matches()) {
            throw QueryValues.invalidHeader(IDEMPOTENCY_KEY, key, "1 to 255 printable characters");
        }
        Submitted submitted = submissions.submit(body, key);
        ResponseEntity<RunView> answer = accepted(submitted.run());
        return submitted.replayed()
                ? ResponseEntity.status(answer.getStatusCode())
                        .headers(answer.getHeaders())
                        .header("Idempotency-Replayed", "true")
                        .body(answer.getBody())
                : answer;
    }

    /**
     * Runs that meet every filter that is given. What the query does not know is refused.
     *
     * @param model id of the model that the runs name
     * @param createdAfter a time as RFC 3339 has it
     * @param view full for runs with their metrics
     */
    @Operation(summary = "List runs, newest first")
    @Refuses(status = 400, codes = {"invalid_query", "unknown_query"})
    @GetMapping
    RunsView list(
            @RequestParam(name = "page_size", defaultValue = "50") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken,
            @RequestParam Optional<String> state,
            @RequestParam Optional<String> experiment,
            @RequestParam Optional<String> model,
            @RequestParam(name = "created_after") Optional<String> createdAfter,
            @RequestParam(defaultValue = "basic") String view,
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> query) {
        RunFilter filter = RunQuery.filter(query);
        boolean full = QueryValues.oneOf(RunQuery.View.class, "view", view) == RunQuery.View.FULL;
        Paging paging = Paging.of(pageSize, pageToken, limits.pageSize());
        List<Run> found = runs.list(paging.size() + 1, paging.after(), filter);
        List<Run> page = found.subList(0, Math.min(paging.size(), found.size()));
        boolean more = found.size() > page.size();
        return new RunsView(
                full ? views.listedWithMetrics(page) : views.listed(page),
                more ? Optional.of(Paging.token(page.get(page.size() - 1).id())) : Optional.empty());
    }

    @Operation(summary = "A run")
    @Refuses(status = 404, codes = "unknown_run")
    @GetMapping(path = "/{id}", params = "!wait")
    ResponseEntity<RunView> get(
            @PathVariable String id, @RequestHeader(name = HttpHeaders.IF_NONE_MATCH) Optional<String> known) {
        return polls.now(id, known);
    }

    /**
     * Answers when the run has ended or, with If-None-Match, when it has changed; at the latest after {@code wait},
     * such as 25s.
     */
    @Operation(summary = "A run, once it has ended or changed")
    @Refuses(status = 404, codes = "unknown_run")
    @Refuses(status = 400, codes = "invalid_query")
    @Refuses(status = 503, codes = {"too_many_watchers", "draining"})
    @GetMapping(path = "/{id}", params = "wait")
    DeferredResult<ResponseEntity<RunView>> await(
            @PathVariable String id,
            @RequestParam String wait,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH) Optional<String> known) {
        return polls.later(id, known, QueryValues.duration("wait", wait, LONGEST_WAIT));
    }

    @Operation(summary = "Cancel a run")
    @Refuses(status = 404, codes = "unknown_run")
    @PostMapping("/{id}:cancel")
    RunView cancel(@PathVariable String id) {
        views.find(id);
        runs.cancel(id);
        return views.full(views.find(id));
    }

    /** Changes labels, at any time: those named are set, or taken away where they are null. */
    @Operation(summary = "Change the labels of a run")
    @Refuses(status = 404, codes = "unknown_run")
    @Refuses(status = 422, codes = {"missing", "invalid_value", "invalid_type", "unknown_parameter"})
    @PatchMapping(path = "/{id}", consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
    RunView patch(@PathVariable String id, @RequestBody JsonNode body) {
        labels.change(views.find(id).id(), body);
        return views.full(views.find(id));
    }

    /** Concludes the run's tallies with other settings, as a child run. */
    @Operation(summary = "Conclude the tallies of a run with other settings")
    @Refuses(status = 404, codes = "unknown_run")
    @Refuses(status = 409, codes = {"tallies_incomplete", "tallies_expired"})
    @Refuses(status = 422, codes = {"missing", "invalid_type", "unknown_parameter"}, open = true)
    @Refuses(status = 429, codes = "quota_exceeded")
    @PostMapping(path = "/{id}:reanalyse", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<RunView> reanalyse(@PathVariable String id, @RequestBody JsonNode body) {
        return accepted(reanalyses.submit(views.find(id), body));
    }

    /**
     * Measures the run again, as a child run, and compares digits when that concludes: {@code verification} of the
     * child says how, {@code verifications} of the run which. Only of runs that have SUCCEEDED.
     */
    @Operation(summary = "Measure a run again and compare the digits")
    @Refuses(status = 404, codes = "unknown_run")
    @Refuses(status = 409, codes = {"run_without_findings", "not_measurable_here", "inputs_changed"})
    @Refuses(status = 503, codes = "queue_full")
    @Refuses(status = 429, codes = "quota_exceeded")
    @PostMapping("/{id}:verify")
    ResponseEntity<RunView> verify(@PathVariable String id) {
        return accepted(verifications.submit(views.find(id)));
    }

    private ResponseEntity<RunView> accepted(Run run) {
        return ResponseEntity.accepted()
                .location(URI.create("/v1/runs/" + run.id()))
                .header(HttpHeaders.RETRY_AFTER, "1")
                .body(views.full(run));
    }
}
