package dev.kappa.demo;

import dev.kappa.experiment.Figure;
import dev.kappa.fault.Fault;
import java.util.List;
import java.util.stream.StreamSupport;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The few calls that the demonstration makes, as any client would. */
final class Client {
    private final RestClient http;
    private final JsonMapper json;

    Client(String address, JsonMapper json) {
        this.http = RestClient.create(address);
        this.json = json;
    }

    /** The body that the server publishes as an experiment's working example. */
    JsonNode example(String kind) {
        return list(get("/v1/experiments"), "experiments").stream()
                .filter(experiment -> experiment.path("experiment").asString().equals(kind))
                .findFirst()
                .orElseThrow(() -> Fault.internal("no_example", "the server offers no experiment '" + kind + "'", null))
                .path("example");
    }

    /** Submits a run and gives its id. */
    String submit(JsonNode body) {
        String answer = http.post()
                .uri("/v1/runs")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body.toString())
                .retrieve()
                .body(String.class);
        return json.readTree(answer).path("id").asString();
    }

    JsonNode run(String id) {
        return get("/v1/runs/" + id);
    }

    List<JsonNode> metrics(String id) {
        return list(get("/v1/runs/" + id + "/metrics"), "metrics");
    }

    List<Figure> figures(String id) {
        return list(get("/v1/runs/" + id + "/figures"), "figures").stream()
                .map(named -> get("/v1/runs/" + id + "/figures/" + named.path("name").asString()))
                .map(figure -> json.treeToValue(figure, Figure.class))
                .toList();
    }

    private JsonNode get(String path) {
        return json.readTree(http.get().uri(path).retrieve().body(String.class));
    }

    private static List<JsonNode> list(JsonNode answer, String name) {
        return StreamSupport.stream(answer.path(name).spliterator(), false).toList();
    }
}
