package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kappa.testing.Collector;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Where a collector is named, the request, the blocks and the conclusion of a run are one trace. */
class TracesTest {
    private static final String RUN = "{\"experiment\": \"counting\", \"parameters\": {\"parts\": 3}}";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String MINE = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @Test
    void aRunIsOneTraceFromTheRequestThroughEachBlockToTheConclusion() {
        Path home = TestHomes.fresh();
        try (Collector collector = Collector.start()) {
            String run;
            // Closing the server sends what it has not sent.
            try (KappaServer server = KappaServer.start(home, "kappa.traces=" + collector.address())) {
                KappaClient client = server.client();
                run = client.submit(RUN);
                client.awaitEnd(run);
            }
            List<Span> spans = collector.spans();
            Span request = spans.stream()
                    .filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER)
                    .filter(span -> span.getName().equals("http post /v1/runs"))
                    .findFirst()
                    .orElseThrow();
            List<Span> work = spans.stream().filter(span -> run.equals(tags(span).get("run"))).toList();
            assertThat(work).extracting(Span::getName).containsExactlyInAnyOrder("block", "block", "block", "conclude");
            assertThat(work).extracting(Span::getTraceId).containsOnly(request.getTraceId());
            assertThat(work).extracting(Span::getParentSpanId).containsOnly(request.getSpanId());
            assertThat(work)
                    .filteredOn(span -> span.getName().equals("block"))
                    .extracting(TracesTest::tags)
                    .allSatisfy(tags -> assertThat(tags).containsEntry("experiment", "counting").containsEntry("outcome", "done"))
                    .extracting(tags -> tags.get("block"))
                    .containsExactlyInAnyOrder("0", "1", "2");
        }
    }

    @Test
    void aTraceThatTheCallerBeganIsGoneOnWithByTheNextServer() {
        Path home = TestHomes.fresh();
        String run;
        try (Collector collector = Collector.start()) {
            try (KappaServer server = KappaServer.start(
                    home, "kappa.traces=" + collector.address(), "db-scheduler.polling-interval=1h")) {
                KappaClient client = server.client();
                server.bean(com.github.kagkarlsson.scheduler.Scheduler.class).pause();
                run = client.send("POST", "/v1/runs", RUN, "Content-Type", "application/json", "traceparent", MINE)
                        .json()
                        .get("id")
                        .asString();
            }
            try (KappaServer server = KappaServer.start(home, "kappa.traces=" + collector.address())) {
                server.client().awaitEnd(run);
            }
            assertThat(collector.spans())
                    .filteredOn(span -> run.equals(tags(span).get("run")))
                    .hasSize(4)
                    .extracting(span -> hex(span.getTraceId()))
                    .containsOnly(TRACE);
        }
    }

    @Test
    void withoutACollectorNothingIsTraced() {
        KappaClient client = KappaServer.shared().client();
        String run = client.send("POST", "/v1/runs", RUN, "Content-Type", "application/json", "traceparent", MINE)
                .json()
                .get("id")
                .asString();
        client.awaitEnd(run);
        assertThat(KappaServer.shared()
                        .bean(JdbcClient.class)
                        .sql("select count(traceparent) from run")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private static Map<String, String> tags(Span span) {
        Map<String, String> tags = new HashMap<>();
        span.getAttributesList().forEach(tag -> tags.put(tag.getKey(), tag.getValue().getStringValue()));
        return tags;
    }

    private static String hex(ByteString id) {
        StringBuilder text = new StringBuilder();
        id.forEach(each -> text.append("%02x".formatted(each)));
        return text.toString();
    }
}
