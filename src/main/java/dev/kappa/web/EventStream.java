package dev.kappa.web;

import dev.kappa.run.EventLog.Head;
import dev.kappa.run.RecentEvents;
import dev.kappa.run.RunEvent;
import dev.kappa.run.RunWatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** One client's stream of a run's events. A comment each 15 s keeps proxies from closing it. */
final class EventStream implements RunWatch.Watcher {
    private static final long SILENCE = TimeUnit.SECONDS.toNanos(15);
    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    private final SseEmitter emitter;
    private volatile long last;
    private volatile long sent = System.nanoTime();

    EventStream(SseEmitter emitter, long after) {
        this.emitter = emitter;
        this.last = after;
    }

    @Override
    public boolean isDue(Head head) {
        return head.seq() > last || head.state().isTerminal() || System.nanoTime() - sent > SILENCE;
    }

    @Override
    public boolean look(Head head, RecentEvents recent) throws IOException {
        sent = System.nanoTime();
        if (head.seq() > last) {
            return send(recent.after(last, head.seq()));
        }
        if (head.state().isTerminal()) {
            emitter.complete();
            return false;
        }
        emitter.send(SseEmitter.event().comment("still here"));
        return true;
    }

    private boolean send(List<RunEvent> events) throws IOException {
        for (RunEvent event : events) {
            emitter.send(SseEmitter.event()
                    .id(Long.toString(event.seq()))
                    .name(event.type())
                    .data(event.data(), TEXT));
            last = event.seq();
            if (event.type().equals(RunEvent.END)) {
                emitter.complete();
                return false;
            }
        }
        return true;
    }

    @Override
    public void stop() {
        emitter.complete();
    }
}
