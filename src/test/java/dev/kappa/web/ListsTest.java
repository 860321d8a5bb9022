package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ListsTest {
    private final KappaClient client = KappaServer.shared().client();

    @Test
    void runsAreListedNewestFirstPageByPageEachOnce() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(0, client.submit("{\"experiment\": \"counting\"}"));
        }
        List<String> listed = new ArrayList<>();
        String path = "/v1/runs?page_size=2";
        String next = path;
        for (int page = 0; page < 3; page++) {
            JsonNode list = client.get(next).json();
            list.get("runs").forEach(run -> {
                listed.add(run.get("id").asString());
                assertThat(run.has("metrics")).as("lists carry no metrics").isFalse();
            });
            next = path + "&page_token=" + list.get("next_page_token").asString();
        }
        assertThat(listed).startsWith(made.toArray(String[]::new)).hasSize(6).doesNotHaveDuplicates();
        made.forEach(client::awaitEnd);
    }

    @Test
    void aListEndsWithoutAToken() {
        assertThat(client.get("/v1/runs?experiment=unheard_of").text()).isEqualTo("{\"runs\":[]}");
    }

    @Test
    void runsAreFilteredByStateAndExperiment() {
        String failed = client.submit("""
                {"experiment": "counting", "parameters": {"trouble": "user_fault", "name": "list"}}""");
        String succeeded = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(failed);
        client.awaitEnd(succeeded);
        assertThat(ids("/v1/runs?state=failed")).contains(failed).doesNotContain(succeeded);
        assertThat(ids("/v1/runs?state=SUCCEEDED&experiment=counting")).contains(succeeded).doesNotContain(failed);
    }

    @Test
    void runsAreFilteredByEveryLabelThatIsNamed() {
        String both = client.submit("{\"experiment\": \"counting\", \"labels\": {\"lists.team\": \"a b\", \"lists.try\": \"1\"}}");
        String one = client.submit("{\"experiment\": \"counting\", \"labels\": {\"lists.team\": \"a b\", \"lists.try\": \"2\"}}");
        assertThat(ids("/v1/runs?label.lists.team=a%20b")).containsExactly(one, both);
        assertThat(ids("/v1/runs?label.lists.team=a%20b&label.lists.try=1")).containsExactly(both);
        assertThat(ids("/v1/runs?label.lists.team=a")).isEmpty();
        assertThat(ids("/v1/runs?label.lists.team=a%20b&page_size=1")).containsExactly(one);
        client.send("PATCH", "/v1/runs/" + one, "{\"labels\": {\"lists.try\": \"1\"}}", "Content-Type", "application/json");
        assertThat(ids("/v1/runs?label.lists.try=1")).containsExactly(one, both);
    }

    @Test
    void runsAreFilteredByTheModelTheyName() {
        String run = client.submit("""
                {"experiment": "jacobian_rank", "blocks": 2, "parameters": {"model": "stories-neox",
                 "hooks": ["blocks.1.hook_resid_post"], "corpus": "stories-samples", "sequences": 2, "length": 8}}""");
        assertThat(ids("/v1/runs?model=stories-neox&experiment=jacobian_rank")).contains(run);
        assertThat(ids("/v1/runs?model=another")).isEmpty();
        client.post("/v1/runs/" + run + ":cancel", "");
    }

    @Test
    void runsAreFilteredByTheTimeOfTheirMaking() {
        String first = client.submit("{\"experiment\": \"counting\"}");
        String second = client.submit("{\"experiment\": \"counting\"}");
        String between = client.run(first).get("created_at").asString();
        assertThat(ids("/v1/runs?created_after=" + between)).contains(second).doesNotContain(first);
        assertThat(ids("/v1/runs?created_after=2100-01-01T00:00:00%2B01:00")).isEmpty();
    }

    @Test
    void theFullViewHasTheMetricsOfThoseThatHaveSome() {
        String labelled = "{\"experiment\": \"counting\", \"labels\": {\"lists\": \"full\"}%s}";
        String finished = client.submit(labelled.formatted(""));
        JsonNode run = client.awaitEnd(finished);
        String failed = client.submit(labelled.formatted(
                ", \"parameters\": {\"trouble\": \"user_fault\", \"name\": \"full\"}"));
        client.awaitEnd(failed);
        JsonNode full = client.get("/v1/runs?label.lists=full&view=full").json().get("runs");
        assertThat(full.at("/0/id").asString()).isEqualTo(failed);
        assertThat(full.get(0).has("metrics")).isFalse();
        assertThat(full.at("/1/metrics")).isEqualTo(run.get("metrics"));
        assertThat(client.get("/v1/runs?label.lists=full&view=basic").json().get("runs").get(1).has("metrics")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            stat=RUNNING                     | unknown_query | created_after, experiment, model, page_size, page_token, state, view, label.<key>
            label=x                          | unknown_query | label.<key>
            label.Bad=x                      | invalid_query | a-z
            label.a=1&label.a=2              | invalid_query | one value
            model=a&model=b                  | invalid_query | one value
            created_after=yesterday          | invalid_query | RFC 3339
            created_after=2026-11-26         | invalid_query | RFC 3339
            created_after=2026-13-26T00:00:00Z | invalid_query | RFC 3339
            created_after=%2B999999999-12-31T23:59:59Z | invalid_query | RFC 3339
            view=all                         | invalid_query | BASIC, FULL
            """)
    void aFilterThatIsNotUnderstoodIsRefusedWithWhatIsAccepted(String query, String code, String accepted) {
        KappaClient.Answer answer = client.get("/v1/runs?" + query);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().get("code").asString()).isEqualTo(code);
        assertThat(answer.json().get("detail").asString()).contains(accepted);
    }

    @Test
    void everyExperimentHasAnExampleThatIsAccepted() {
        JsonNode experiments = client.get("/v1/experiments").json().get("experiments");
        JsonNode counting = null;
        for (JsonNode experiment : experiments) {
            assertThat(experiment.get("title").asString()).isNotBlank();
            assertThat(experiment.get("answers").asString()).isNotBlank();
            assertThat(experiment.at("/parameters/type").asString()).isEqualTo("object");
            assertThat(experiment.at("/example/experiment")).isEqualTo(experiment.get("experiment"));
            counting = experiment.get("experiment").asString().equals("counting") ? experiment : counting;
        }
        JsonNode run = client.finished(counting.get("example").toString());
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(client.get("/v1/experiments/counting").json()).isEqualTo(counting);
    }

    @Test
    void healthAndMetersAreThere() {
        client.finished("{\"experiment\": \"counting\"}");
        assertThat(client.get("/actuator/health/liveness").json().get("status").asString()).isEqualTo("UP");
        assertThat(client.get("/actuator/health/readiness").json().get("status").asString()).isEqualTo("UP");
        assertThat(client.get("/actuator/prometheus").text())
                .contains("kappa_queue_depth ")
                .contains("kappa_runs_active ")
                .contains("kappa_blocks_total{experiment=\"counting\",outcome=\"done\"}")
                .contains("kappa_run_seconds_count{experiment=\"counting\",outcome=\"succeeded\"}");
    }

    private List<String> ids(String path) {
        List<String> ids = new ArrayList<>();
        client.get(path).json().get("runs").forEach(run -> ids.add(run.get("id").asString()));
        return ids;
    }
}
