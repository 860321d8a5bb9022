package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
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
        JsonNode run = client.awaitEnd(client.submit(counting.get("example").toString()));
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(client.get("/v1/experiments/counting").json()).isEqualTo(counting);
    }

    @Test
    void healthAndMetersAreThere() {
        client.awaitEnd(client.submit("{\"experiment\": \"counting\"}"));
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
