package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EventsTest {
    private static final Pattern EVENT = Pattern.compile("id:(\\d+)\nevent:(\\w+)\ndata:(.*)\n\n");

    private record Event(int id, String type, String data) {}

    @Test
    void everyEventComesInOrderAndTheStreamEnds() {
        KappaClient client = KappaServer.shared().client();
        String id = client.submit("{\"experiment\": \"counting\"}");
        KappaClient.Answer answer = client.get("/v1/runs/" + id + "/events");
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        List<Event> events = events(answer.text());
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).id()).isEqualTo(i + 1);
        }
        assertThat(events.stream().filter(event -> event.type().equals("state")).map(Event::data))
                .containsExactly(
                        "{\"state\":\"QUEUED\"}",
                        "{\"state\":\"LOADING\"}",
                        "{\"state\":\"RUNNING\"}",
                        "{\"state\":\"CONCLUDING\"}",
                        "{\"state\":\"SUCCEEDED\"}");
        assertThat(events.stream().filter(event -> event.type().equals("progress"))).hasSizeGreaterThanOrEqualTo(4);
        assertThat(events.stream().filter(event -> event.type().equals("metric")).map(Event::data))
                .hasSize(3)
                .anyMatch(data -> data.contains("\"value\":\"NaN\""));
        assertThat(events.get(events.size() - 1)).isEqualTo(new Event(events.size(), "end", "{\"state\":\"SUCCEEDED\"}"));
    }

    @Test
    void whatAClientHasSeenIsNotSentAgain() {
        KappaClient client = KappaServer.shared().client();
        String id = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(id);
        String path = "/v1/runs/" + id + "/events";
        List<Event> all = events(client.get(path).text());
        assertThat(events(client.get(path + "?after=3").text())).isEqualTo(all.subList(3, all.size()));
        assertThat(events(client.get(path + "?after=3", "Last-Event-ID", "5").text()))
                .isEqualTo(all.subList(5, all.size()));
        assertThat(client.get(path + "?after=" + all.size()).text()).isEmpty();
        assertThat(client.get(path, "Last-Event-ID", "x").json().get("code").asString()).isEqualTo("invalid_header");
        KappaClient.Answer missing = client.get("/v1/runs/nosuch/events", "Accept", "text/event-stream");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.json().get("code").asString()).isEqualTo("unknown_run");
    }

    @Test
    void failuresOfBlocksAreLogged() {
        KappaClient client = KappaServer.shared().client();
        String id = client.submit("""
                {"experiment": "counting",
                 "parameters": {"trouble": "exception", "trouble_times": 1, "name": "%s"}}""".formatted(UUID.randomUUID()));
        assertThat(events(client.get("/v1/runs/" + id + "/events").text()))
                .anySatisfy(event -> {
                    assertThat(event.type()).isEqualTo("log");
                    assertThat(event.data()).contains("nobody expected this").contains("\"block\":0");
                });
    }

    @Test
    void fiveHundredClientsOfOneRunReceiveEveryEventInOrder() {
        KappaServer server = KappaServer.shared();
        KappaClient client = server.client();
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (Gate gate = Gate.shut()) {
            String id = client.running(gate.body());
            HttpRequest request =
                    HttpRequest.newBuilder(server.uri().resolve("/v1/runs/" + id + "/events")).build();
            List<CompletableFuture<String>> streams = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                streams.add(http.sendAsync(request, BodyHandlers.ofString()).thenApply(answer -> answer.body()));
            }
            gate.open();
            client.awaitEnd(id);
            List<Event> all = events(client.get("/v1/runs/" + id + "/events").text());
            streams.forEach(stream -> assertThat(events(stream.join())).isEqualTo(all));
        }
    }

    @Test
    void eventsOutliveTheirServerAndAnOpenStreamDoesNotKeepItFromEnding() throws IOException, InterruptedException {
        Path home = TestHomes.fresh();
        String path;
        List<Event> before;
        try (Gate gate = Gate.shut()) {
            HttpResponse<InputStream> open;
            try (KappaServer server = KappaServer.start(home)) {
                KappaClient client = server.client();
                String id = client.running(gate.body());
                path = "/v1/runs/" + id + "/events";
                // Returns when the stream has begun.
                open = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(server.uri().resolve(path)).build(),
                                BodyHandlers.ofInputStream());
            }
            before = events(new String(open.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        try (KappaServer server = KappaServer.start(home)) {
            List<Event> after = events(server.client().get(path + "?after=" + before.size()).text());
            assertThat(after.get(0).id()).isEqualTo(before.size() + 1);
            assertThat(after.get(after.size() - 1).type()).isEqualTo("end");
        }
    }

    private static List<Event> events(String text) {
        return EVENT.matcher(text)
                .results()
                .map(found -> new Event(Integer.parseInt(found.group(1)), found.group(2), found.group(3)))
                .toList();
    }
}
