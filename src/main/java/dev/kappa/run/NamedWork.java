package dev.kappa.run;

import dev.kappa.run.Tasks.BlockId;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.MDC;
import org.slf4j.MDC.MDCCloseable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Does work under the name of its run: in the context of what is logged meanwhile, and, where traces are kept, as a
 * span of the trace of the request that made the run, whichever server does the work.
 */
@Component
class NamedWork {
    private static final String TRACEPARENT = "traceparent";

    private final Tracer tracer;
    private final Optional<Propagator> propagator;
    private final JdbcClient jdbc;

    NamedWork(
            Tracer tracer,
            ObjectProvider<Propagator> propagator,
            JdbcClient jdbc,
            @Value("${kappa.traces:}") String collector) {
        this.tracer = tracer;
        this.propagator = collector.isBlank() ? Optional.empty() : Optional.of(propagator.getObject());
        this.jdbc = jdbc;
    }

    <T> T block(BlockId id, Supplier<T> work) {
        try (MDCCloseable run = MDC.putCloseable("run", id.run());
                MDCCloseable block = MDC.putCloseable("block", Integer.toString(id.index()))) {
            return traced("block", id.run(), Map.of("block", Integer.toString(id.index())), work);
        }
    }

    <T> T conclusion(String run, Supplier<T> work) {
        try (MDCCloseable named = MDC.putCloseable("run", run)) {
            return traced("conclude", run, Map.of(), work);
        }
    }

    /** What to keep with a run that this thread makes, so that its work joins the trace; null where nothing traces. */
    String traceparent() {
        TraceContext context = tracer.currentTraceContext().context();
        if (propagator.isEmpty() || context == null) {
            return null;
        }
        Map<String, String> fields = new HashMap<>();
        propagator.get().inject(context, fields, Map::put);
        return fields.get(TRACEPARENT);
    }

    private <T> T traced(String name, String run, Map<String, String> tags, Supplier<T> work) {
        if (propagator.isEmpty()) {
            return work.get();
        }
        Span span = propagator.get().extract(parent(run), Map::get).name(name).tag("run", run).start();
        tags.forEach(span::tag);
        try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
            return work.get();
        } catch (RuntimeException | Error e) {
            span.error(e);
            throw e;
        } finally {
            span.end();
        }
    }

    private Map<String, String> parent(String run) {
        return jdbc.sql("select traceparent from run where id = :run and traceparent is not null")
                .param("run", run)
                .query(String.class)
                .optional()
                .map(traceparent -> Map.of(TRACEPARENT, traceparent))
                .orElse(Map.of());
    }
}
