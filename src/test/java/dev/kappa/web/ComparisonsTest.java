package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ComparisonsTest {
    private static final String SWEEP = """
            {"experiment": "width_sweep", "blocks": 4, "parameters": {"model": "stories-neox",
             "hook": "blocks.2.hook_resid_post", "saes": ["stories-l2-x1", "stories-l2-x2"],
             "corpus": "stories-samples", "sequences": 8, "length": 16, "calibration": {"method": "%s"}}}""";

    private final KappaClient client = KappaServer.shared().client();

    @Test
    void numbersOfEqualMeaningAreAlignedWithTheirDifferencesToTheFirstRun() {
        String first = run("{\"experiment\": \"counting\", \"seed\": 1}");
        String second = run("{\"experiment\": \"counting\", \"seed\": 2, \"parameters\": {\"draws\": 200}}");
        String third = run("{\"experiment\": \"counting\", \"blocks\": 3}");
        JsonNode comparison = compare(first, second, third);
        assertThat(comparison.at("/runs/1/id").asString()).isEqualTo(second);
        assertThat(comparison.at("/parameters/0/name").asString()).isEqualTo("draws");
        assertThat(comparison.at("/parameters/0/values").toString()).isEqualTo("[100,200,100]");

        JsonNode row = comparison.at("/metrics/0");
        assertThat(row.get("name").asString()).isEqualTo("sum");
        assertThat(row.at("/dimensions/parts").asInt()).isEqualTo(4);
        double before = metric(first).get("value").asDouble();
        double after = metric(second).get("value").asDouble();
        assertThat(row.at("/values/0/value").asDouble()).isEqualTo(before);
        assertThat(row.at("/values/0").has("difference")).isFalse();
        assertThat(row.at("/values/1/difference").asDouble()).isEqualTo(after - before);
        assertThat(row.at("/values/1/interval")).isEqualTo(metric(second).get("interval"));
        assertThat(row.at("/values/1/difference_interval/low").asString()).isEqualTo("-Infinity");
        assertThat(row.at("/values/2").toString()).as("other dimensions").isEqualTo("{\"run\":\"" + third + "\"}");
        assertThat(comparison.at("/metrics/1/values/1/difference").asString()).isEqualTo("NaN");
        assertThat(comparison.get("warnings")).isEmpty();
    }

    @Test
    void aNumberForcedByCalibrationInAnyOfTheRunsIsSaid() {
        String quantile = run(SWEEP.formatted("quantile"));
        String mass = run(SWEEP.formatted("mass"));
        List<JsonNode> warnings = warnings(compare(mass, quantile), "forced_by_calibration");
        assertThat(warnings).extracting(warning -> warning.get("metric").asString()).contains("n_causal", "wedge");
        assertThat(warnings).allSatisfy(warning -> {
            assertThat(warning.get("runs").toString()).isEqualTo("[\"" + quantile + "\"]");
            assertThat(warning.get("detail").asString()).contains("forced by calibration in " + quantile);
        });
        JsonNode narrowest = warnings.stream()
                .filter(warning -> warning.get("metric").asString().equals("n_causal"))
                .findFirst()
                .orElseThrow();
        assertThat(narrowest.at("/dimensions/sae").asString()).isEqualTo("stories-l2-x1");
    }

    @Test
    void differentKindsModelsAndCorporaAreSaid() {
        String counting = run("{\"experiment\": \"counting\"}");
        String sweep = run(SWEEP.formatted("mass"));
        JsonNode comparison = compare(counting, sweep);
        assertThat(warnings(comparison, "different_experiments")).hasSize(1);
        assertThat(warnings(comparison, "different_models").get(0).get("detail").asString())
                .contains("stories-neox (").contains("none in " + counting);
        assertThat(warnings(comparison, "different_corpora")).hasSize(1);
        assertThat(warnings(comparison, "different_definitions")).isEmpty();
    }

    @Test
    void twoToTwentyDifferentFinishedRunsCanBeCompared() {
        String run = run("{\"experiment\": \"counting\"}");
        assertThat(code("/v1/comparisons", 400)).isEqualTo("malformed_request");
        assertThat(code("/v1/comparisons?runs=" + run, 400)).isEqualTo("invalid_query");
        assertThat(code("/v1/comparisons?runs=" + run + "," + run, 400)).isEqualTo("invalid_query");
        assertThat(code("/v1/comparisons?runs=" + run + ",nosuch", 404)).isEqualTo("unknown_run");
        String many = IntStream.range(0, 21).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertThat(code("/v1/comparisons?runs=" + many, 400)).isEqualTo("invalid_query");
        try (Gate gate = Gate.shut()) {
            String busy = client.submit(gate.body());
            assertThat(code("/v1/comparisons?runs=" + run + "," + busy, 409)).isEqualTo("run_without_findings");
            gate.open();
            client.awaitEnd(busy);
        }
    }

    private String code(String path, int status) {
        KappaClient.Answer answer = client.get(path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        return answer.json().get("code").asString();
    }

    private JsonNode compare(String... runs) {
        KappaClient.Answer answer = client.get("/v1/comparisons?runs=" + String.join(",", runs));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private JsonNode metric(String run) {
        return client.get("/v1/runs/" + run + "/metrics").json().at("/metrics/0");
    }

    private String run(String body) {
        String id = client.submit(body);
        assertThat(client.awaitEnd(id).get("state").asString()).isEqualTo("SUCCEEDED");
        return id;
    }

    private static List<JsonNode> warnings(JsonNode comparison, String code) {
        List<JsonNode> found = new ArrayList<>();
        comparison.get("warnings").forEach(warning -> {
            if (warning.get("code").asString().equals(code)) {
                found.add(warning);
            }
        });
        return found;
    }
}
