package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The examples of the document work as they stand, but for the id of a run. */
class OpenApiExamplesTest {
    private static final List<String> ORDER = List.of("post", "put", "patch", "get", "delete");

    /** Without runs that take long, or that are asked for by another operation first. */
    private static final String MEASURED = """
            {"experiment": "jacobian_rank", "blocks": 4, "parameters": {"model": "stories-neox",
             "corpus": "stories-samples", "hooks": ["blocks.2.hook_resid_post"], "sequences": 8, "length": 32}}""";

    private static final String SAMPLED = """
            {"experiment": "model_samples", "parameters": {"model": "stories-neox", "sequences": 4, "length": 16}}""";

    private record Call(String method, String path, JsonNode operation) {
        List<String> bodies() {
            List<String> bodies = new ArrayList<>();
            JsonNode content = operation.at("/requestBody/content/application~1json/examples");
            content.forEach(example -> bodies.add(example.get("value").toString()));
            return bodies;
        }

        String body() {
            return bodies().isEmpty() ? null : bodies().get(0);
        }

        boolean takesZip() {
            return operation.at("/requestBody/content").has("application/zip");
        }
    }

    @Test
    void everyOperationHasAnExampleThatWorks() throws IOException {
        try (KappaServer server = KappaServer.start(TestHomes.fresh())) {
            KappaClient client = server.client();
            JsonNode document = client.get("/v1/openapi").json();
            String measured = client.submit(MEASURED);
            String sampled = client.submit(SAMPLED);
            assertThat(client.awaitEnd(measured).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(client.awaitEnd(sampled).get("state").asString()).isEqualTo("SUCCEEDED");
            List<String> failed = new ArrayList<>();
            for (Call call : calls(document)) {
                String run = call.path().contains("/artifacts/") ? sampled : measured;
                String address = address(call, Map.of("id", run, "runs", measured + "," + sampled));
                KappaClient.Answer answer = call.takesZip()
                        ? client.upload(address, "application/zip", exported(client, measured))
                        : send(client, call, address);
                if (answer.status() >= 400) {
                    failed.add(call.method() + " " + address + ": " + answer.text());
                }
                if (answer.status() == 202 && answer.json().has("state")) {
                    client.post("/v1/runs/" + answer.json().get("id").asString() + ":cancel", "");
                }
            }
            assertThat(failed).isEmpty();
        }
    }

    private static KappaClient.Answer send(KappaClient client, Call call, String address) {
        String method = call.method().toUpperCase(Locale.ROOT);
        return call.body() == null
                ? client.send(method, address, "")
                : client.send(method, address, call.body(), "Content-Type", "application/json");
    }

    private static Path exported(KappaClient client, String run) throws IOException {
        return Files.write(TestHomes.fresh(), client.bytes("/v1/runs/" + run + "/export"));
    }

    /** What makes things first, what takes them away last. */
    private static List<Call> calls(JsonNode document) {
        List<Call> calls = new ArrayList<>();
        document.get("paths").properties().forEach(path -> path.getValue().properties().forEach(operation ->
                calls.add(new Call(operation.getKey(), path.getKey(), operation.getValue()))));
        calls.sort(Comparator.comparingInt((Call call) -> ORDER.indexOf(call.method()))
                .thenComparingInt(call -> call.path().contains(":unload") ? 1 : 0)
                .thenComparingInt(call -> call.path().length()));
        return calls;
    }

    /** The address with the example of each parameter that must be given; of runs, the ids of these. */
    private static String address(Call call, Map<String, String> ids) {
        Map<String, String> query = StreamSupport.stream(
                        call.operation().path("parameters").spliterator(), false)
                .filter(parameter -> parameter.path("required").asBoolean(false))
                .filter(parameter -> parameter.get("in").asString().equals("query"))
                .collect(Collectors.toMap(
                        parameter -> parameter.get("name").asString(), parameter -> example(call, parameter, ids)));
        String path = call.path();
        for (JsonNode parameter : call.operation().path("parameters")) {
            path = path.replace("{" + parameter.get("name").asString() + "}", example(call, parameter, ids));
        }
        return path
                + query.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining("&", query.isEmpty() ? "" : "?", ""));
    }

    private static String example(Call call, JsonNode parameter, Map<String, String> ids) {
        String name = parameter.get("name").asString();
        boolean ofRun = call.path().startsWith("/v1/runs/") || call.path().startsWith("/v1/comparisons");
        return ofRun && ids.containsKey(name)
                ? ids.get(name)
                : parameter.path("example").asString("no-example-of-" + name);
    }
}
