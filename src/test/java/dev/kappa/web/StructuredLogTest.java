package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.TestHomes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where a machine reads the log, every line of it is JSON, and says which request, run and block it is about. */
class StructuredLogTest {
    private static final String TROUBLED =
            "{\"experiment\": \"counting\", \"parameters\": {\"parts\": 2, \"trouble\": \"exception\", \"trouble_in\": 1}}";

    @Test
    void everyLineIsJsonWithTheIdsOfTheRequestTheRunAndTheBlock() {
        String output;
        Answer accepted;
        Answer loaded;
        try (KappaProcess process = KappaProcess.start(
                TestHomes.fresh(), "--logging.structured.format.console=ecs", "--kappa.engine.attempts=1")) {
            KappaClient client = process.client();
            accepted = client.send("POST", "/v1/runs", TROUBLED, "Content-Type", "application/json", "X-Request-Id", "mine-7");
            client.awaitEnd(accepted.json().get("id").asString());
            loaded = client.post("/v1/saes/stories-l2-x1:load", "");
            process.terminate();
            process.awaitExit();
            output = process.output();
        }
        String run = accepted.json().get("id").asString();
        List<JsonNode> lines = output.lines()
                .map(line -> (JsonNode) JsonMapper.shared().readTree(line))
                .toList();
        assertThat(lines).allSatisfy(line -> assertThat(line.has("@timestamp") && line.has("message")).isTrue());
        assertThat(accepted.header("X-Request-Id")).isEqualTo("mine-7");
        assertThat(about(lines, "Run " + run + " (counting) accepted"))
                .singleElement()
                .satisfies(line -> assertThat(line.get("request_id").asString()).isEqualTo("mine-7"));
        assertThat(about(lines, "stories-l2-x1 loaded onto cpu"))
                .singleElement()
                .satisfies(line ->
                        assertThat(line.get("request_id").asString()).isEqualTo(loaded.header("X-Request-Id")));
        assertThat(about(lines, "block 1 of run " + run)).singleElement().satisfies(line -> {
            assertThat(line.get("run").asString()).isEqualTo(run);
            assertThat(line.get("block").asString()).isEqualTo("1");
            assertThat(line.at("/error/stack_trace").asString()).contains("nobody expected this", "\tat dev.kappa");
        });
        assertThat(about(lines, "Run " + run + " (counting) FAILED"))
                .singleElement()
                .satisfies(line -> assertThat(line.get("run").asString()).isEqualTo(run));
        assertThat(about(lines, "Serving on")).singleElement().satisfies(line -> assertThat(line.has("run")).isFalse());
    }

    private static List<JsonNode> about(List<JsonNode> lines, String text) {
        Stream<JsonNode> found =
                lines.stream().filter(line -> line.get("message").asString().contains(text));
        return found.toList();
    }
}
