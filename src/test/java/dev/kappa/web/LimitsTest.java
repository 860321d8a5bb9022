package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every bound is a setting, and who meets it is told its number. */
class LimitsTest {
    private static KappaServer server;
    private static KappaClient client;

    @BeforeAll
    static void aServerWithNarrowBounds() {
        server = KappaServer.start(
                TestHomes.fresh(),
                "kappa.limits.body-bytes=2KB",
                "kappa.limits.page-size=60",
                "kappa.limits.labels=2",
                "kappa.limits.event-clients=1",
                "kappa.engine.queue-limit=1");
        client = server.client();
    }

    @AfterAll
    static void itEnds() {
        server.close();
    }

    @Test
    void aBodyThatIsTooLongIsRefusedWhetherOrNotItSaysHowLongItIs() throws Exception {
        String body = "{\"experiment\": \"counting\", \"labels\": {\"a\": \"" + "x".repeat(2_048) + "\"}}";
        refused(client.post("/v1/runs", body), 413, "too_large", "2048 bytes");
        HttpRequest chunked = HttpRequest.newBuilder(server.uri().resolve("/v1/runs:plan"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofInputStream(() -> stream(body)))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(chunked, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains("too_large").contains("2048 bytes");
        String fits = "{\"experiment\": \"counting\"" + " ".repeat(2_000) + "}";
        assertThat(client.post("/v1/runs:plan", fits).status()).isEqualTo(200);
    }

    @Test
    void aListHasNoMoreThanTheBoundAtOnce() {
        refused(client.get("/v1/runs?page_size=61"), 400, "invalid_query", "1 to 60");
        assertThat(client.get("/v1/runs?page_size=60").status()).isEqualTo(200);
        refused(client.get("/v1/models?page_size=61"), 400, "invalid_query", "60");
        assertThat(client.get("/v1/models?page_size=60").status()).isEqualTo(200);
    }

    @Test
    void aRunHasNoMoreLabelsThanTheBoundHoweverItGetsThem() {
        String three = "{\"a\": \"1\", \"b\": \"2\", \"c\": \"3\"}";
        String submission = "{\"experiment\": \"counting\", \"labels\": %s}";
        refused(client.post("/v1/runs", submission.formatted(three)), 422, "invalid_value", "the 2 a run can have");
        String run = client.submit(submission.formatted("{\"a\": \"1\", \"b\": \"2\"}"));
        client.awaitEnd(run);
        String path = "/v1/runs/" + run;
        refused(client.post(path + ":reanalyse", "{\"labels\": " + three + "}"), 422, "invalid_value", "the 2 a run can have");
        refused(
                client.send("PATCH", path, "{\"labels\": {\"c\": \"3\"}}", "Content-Type", "application/json"),
                422,
                "invalid_value",
                "the 2 a run can have");
    }

    @Test
    void theServedDocumentSaysHowManyLabelsARunHasHere() {
        JsonNode schemas = client.get("/v1/openapi").json().at("/components/schemas");
        for (String request : List.of("RunRequest", "ReanalysisRequest")) {
            assertThat(schemas.at("/" + request + "/properties/labels/maxProperties").asInt()).as(request).isEqualTo(2);
        }
    }

    @Test
    void noMoreThanTheBoundFollowRunsAtOnceAndAPlaceIsFreeAgainWhenARunHasEnded() throws IOException {
        try (Gate gate = Gate.shut()) {
            String run = client.running(gate.body());
            String events = "/v1/runs/" + run + "/events";
            try (InputStream stream = server.uri().resolve(events).toURL().openStream()) {
                assertThat(stream.read()).isPositive();
                Answer second = client.get(events);
                refused(second, 503, "too_many_watchers", "1 clients");
                assertThat(second.header("Retry-After")).isNotNull();
                gate.open();
                assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8)).contains("event:end");
            }
            assertThat(client.awaitEnd(run).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(client.get(events).status()).isEqualTo(200);
        }
    }

    @Test
    void verificationsWaitInTheSameBoundedQueue() {
        String measured = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(measured);
        try (Gate gate = Gate.shut()) {
            String running = client.running(gate.body());
            String waiting = client.submit("{\"experiment\": \"counting\", \"priority\": -100}");
            Answer refused = client.post("/v1/runs/" + measured + ":verify", "");
            refused(refused, 503, "queue_full", "1 runs");
            assertThat(refused.header("Retry-After")).isNotNull();
            gate.open();
            client.awaitEnd(running);
            client.awaitEnd(waiting);
        }
    }

    private static InputStream stream(String body) {
        return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(Answer answer, int status, String code, String number) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().get("code").asString()).isEqualTo(code);
        assertThat(answer.json().get("detail").asString()).contains(number);
    }
}
