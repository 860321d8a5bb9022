package dev.kappa.web;

import dev.kappa.run.EventLog.Head;
import dev.kappa.run.Json;
import dev.kappa.run.RecentEvents;
import dev.kappa.run.Run;
import dev.kappa.run.RunWatch;
import dev.kappa.store.Hashes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.async.DeferredResult;

/**
 * Answers those who ask again and again how a run is: 304 where nothing has changed, without reading metrics, or
 * no answer before something has.
 */
@Component
class Polls {
    private static final Duration LONGER_THAN_ANY_WAIT = Duration.ofMinutes(2);

    private final RunViews views;
    private final RunWatch watch;

    Polls(RunViews views, RunWatch watch) {
        this.views = views;
        this.watch = watch;
    }

    /** @param known what the client has, as If-None-Match says it */
    ResponseEntity<RunView> now(String id, Optional<String> known) {
        Run run = views.find(id);
        RunView bare = views.bare(run);
        String tag = tag(bare);
        HttpHeaders headers = new HttpHeaders();
        headers.setETag(tag);
        headers.setCacheControl(CacheControl.noCache());
        if (!run.state().isTerminal()) {
            headers.set(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter(run)));
        }
        return known.filter(tags -> names(tags, tag)).isPresent()
                ? new ResponseEntity<>(headers, HttpStatus.NOT_MODIFIED)
                : new ResponseEntity<>(views.withMetrics(bare), headers, HttpStatus.OK);
    }

    /**
     * The same, as soon as the run is another than the client knows, or, where it knows none, as soon as the run
     * has ended; at the latest after {@code wait}.
     */
    DeferredResult<ResponseEntity<RunView>> later(String id, Optional<String> known, Duration wait) {
        DeferredResult<ResponseEntity<RunView>> result = new DeferredResult<>(LONGER_THAN_ANY_WAIT.toMillis());
        ResponseEntity<RunView> now = now(id, known);
        boolean ended = !now.getHeaders().containsHeader(HttpHeaders.RETRY_AFTER);
        boolean changed = known.isPresent() && now.getStatusCode() == HttpStatus.OK;
        if (ended || changed || wait.isZero()) {
            result.setResult(now);
        } else {
            Waiting waiting = new Waiting(id, known, System.nanoTime() + wait.toNanos(), result);
            result.onCompletion(() -> watch.forget(id, waiting));
            watch.watch(id, waiting);
        }
        return result;
    }

    private final class Waiting implements RunWatch.Watcher {
        private final String id;
        private final Optional<String> known;
        private final long end;
        private final DeferredResult<ResponseEntity<RunView>> result;
        private long seen = -1;

        private Waiting(String id, Optional<String> known, long end, DeferredResult<ResponseEntity<RunView>> result) {
            this.id = id;
            this.known = known;
            this.end = end;
            this.result = result;
        }

        @Override
        public boolean isDue(Head head) {
            return head.state().isTerminal() || System.nanoTime() - end >= 0 || known.isPresent() && head.seq() != seen;
        }

        @Override
        public boolean look(Head head, RecentEvents recent) {
            seen = head.seq();
            ResponseEntity<RunView> now = now(id, known);
            if (now.getStatusCode() == HttpStatus.NOT_MODIFIED
                    && !head.state().isTerminal()
                    && System.nanoTime() - end < 0) {
                return true;
            }
            result.setResult(now);
            return false;
        }

        @Override
        public void stop() {
            result.setResult(now(id, known));
        }
    }

    /** Of the whole view: its metrics are there or not by its state. */
    private static String tag(RunView bare) {
        byte[] hash = Hashes.start().digest(Json.write(bare).getBytes(StandardCharsets.UTF_8));
        return '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
    }

    private static boolean names(String tags, String tag) {
        return tags.strip().equals("*")
                || Arrays.stream(tags.split(","))
                        .map(String::strip)
                        .map(one -> one.startsWith("W/") ? one.substring(2) : one)
                        .anyMatch(tag::equals);
    }

    /** The longer a run takes, the less often it is worth asking. */
    private static long retryAfter(Run run) {
        long age = Duration.between(run.createdAt(), Instant.now()).toSeconds();
        return age < 10 ? 1 : age < 60 ? 2 : age < 600 ? 5 : 15;
    }
}
