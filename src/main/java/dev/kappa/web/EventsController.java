package dev.kappa.web;

import dev.kappa.fault.Refuses;
import dev.kappa.run.RunWatch;
import io.swagger.v3.oas.annotations.Operation;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** What happens to a run, as server-sent events. */
@RestController
class EventsController {
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final long UNTIL_IT_ENDS = 0;

    private final RunViews views;
    private final RunWatch watch;

    EventsController(RunViews views, RunWatch watch) {
        this.views = views;
        this.watch = watch;
    }

    /**
     * All events of the run, those to come as they come: {@code state}, {@code progress}, {@code partial} where its
     * metrics can be read before the last block, {@code metric} for each of the final ones, {@code log}. The stream
     * ends with {@code end}.
     *
     * @param after only events with greater numbers; a reconnecting client's Last-Event-ID goes first
     */
    @Operation(summary = "Follow a run by server-sent events")
    @Refuses(status = 404, codes = "unknown_run")
    @Refuses(status = 400, codes = "invalid_header")
    @Refuses(status = 503, codes = {"too_many_watchers", "draining"})
    @GetMapping(path = "/v1/runs/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> events(
            @PathVariable String id,
            @RequestParam(defaultValue = "0") long after,
            @RequestHeader(name = LAST_EVENT_ID) Optional<String> lastEventId) {
        views.find(id);
        long from = lastEventId.filter(last -> !last.isBlank()).map(EventsController::number).orElse(after);
        SseEmitter emitter = new SseEmitter(UNTIL_IT_ENDS);
        EventStream stream = new EventStream(emitter, Math.max(0, from));
        emitter.onCompletion(() -> watch.forget(id, stream));
        emitter.onError(error -> watch.forget(id, stream));
        watch.watch(id, stream);
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header("X-Accel-Buffering", "no")
                .body(emitter);
    }

    private static long number(String id) {
        try {
            return Long.parseLong(id.strip());
        } catch (NumberFormatException e) {
            throw QueryValues.invalidHeader(LAST_EVENT_ID, id, "the id of an event of this run");
        }
    }
}
