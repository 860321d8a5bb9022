package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PlansTest {
    private static final String SWEEP = """
            {"experiment": "width_sweep", "blocks": 4, "parameters": {"model": "stories-neox",
             "hook": "blocks.2.hook_resid_post", "saes": ["stories-l2-x1", "%s"],
             "corpus": "stories-samples", "sequences": 8, "length": 16}}""";

    private final KappaClient client = KappaServer.shared().client();

    @Test
    void aPlanSaysWhatARunWouldCostAndCreatesNothing() {
        String before = client.get("/v1/runs?page_size=1").text();
        JsonNode plan = client.post("/v1/runs:plan", SWEEP.formatted("stories-l2-x2")).json();
        assertThat(plan.get("blocks").asInt()).isEqualTo(4);
        assertThat(plan.at("/parameters/min_fires").asInt()).as("the default that would apply").isEqualTo(1);
        assertThat(plan.get("flops").asDouble()).isPositive();
        assertThat(plan.get("bytes").asLong())
                .isEqualTo(plan.get("weight_bytes").asLong() + plan.get("activation_bytes").asLong());
        assertThat(plan.get("needs")).hasSize(3);
        assertThat(plan.at("/needs/0/kind").asString()).isEqualTo("model");
        assertThat(client.get("/v1/runs?page_size=1").text()).isEqualTo(before);
    }

    @Test
    void afterARunItsKindHasAPaceAndItsWeightsAreLoaded() {
        assertThat(client.post("/v1/runs:plan", "{\"experiment\": \"sae_training\", \"parameters\": {}}").status())
                .as("refused as a run would be")
                .isEqualTo(422);
        client.finished(SWEEP.formatted("stories-l2-x2"));
        JsonNode plan = client.post("/v1/runs:plan", SWEEP.formatted("stories-l2-x2")).json();
        assertThat(plan.get("device_seconds").asDouble()).isBetween(1e-6, 600.0);
        assertThat(plan.get("missing_bytes").asLong()).isZero();
        assertThat(plan.at("/needs/2/loaded").asBoolean()).isTrue();
        client.post("/v1/saes/stories-l2-x32:unload", "{}");
        JsonNode wider = client.post("/v1/runs:plan", SWEEP.formatted("stories-l2-x32")).json();
        assertThat(wider.at("/needs/2/loaded").asBoolean()).isFalse();
        assertThat(wider.get("missing_bytes").asLong()).isEqualTo(wider.at("/needs/2/bytes").asLong());
    }

    @Test
    void labelsAreSetAndTakenAwayAtAnyTime() {
        String id = client.submit("{\"experiment\": \"counting\", \"labels\": {\"a\": \"1\", \"b\": \"2\"}}");
        client.awaitEnd(id);
        KappaClient.Answer answer = patch(id, "{\"labels\": {\"a\": null, \"c\": \"3\"}}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().get("labels").toString()).isEqualTo("{\"b\":\"2\",\"c\":\"3\"}");
        assertThat(client.run(id).get("labels")).isEqualTo(answer.json().get("labels"));
        assertThat(patch(id, "{\"labels\": {\"Bad Key\": \"x\"}}").json().at("/errors/0/pointer").asString())
                .isEqualTo("/labels/Bad Key");
        assertThat(patch(id, "{\"priority\": 3}").json().get("code").asString()).isEqualTo("unknown_parameter");
        assertThat(patch(id, "{}").status()).isEqualTo(422);
        assertThat(patch("nosuch", "{\"labels\": {}}").status()).isEqualTo(404);
    }

    @Test
    void theQueueSaysWhoWaitsInTheOrderOfTheirStart() {
        try (Gate gate = Gate.shut()) {
            String busy = client.running(gate.body());
            String later = client.submit("{\"experiment\": \"counting\"}");
            String sooner = client.submit("{\"experiment\": \"counting\", \"priority\": 5}");
            JsonNode queue = client.get("/v1/queue").json();
            assertThat(queue.get("depth").asInt()).isEqualTo(2);
            assertThat(queue.get("active").asInt()).isEqualTo(1);
            assertThat(queue.get("lanes").asInt()).isEqualTo(1);
            assertThat(queue.get("oldest_wait_seconds").asDouble()).isPositive();
            assertThat(queue.at("/runs/0/id").asString()).isEqualTo(sooner);
            assertThat(queue.at("/runs/1/queue_position").asInt()).isEqualTo(1);
            gate.open();
            client.awaitEnd(later);
        }
    }

    private KappaClient.Answer patch(String id, String body) {
        return client.send("PATCH", "/v1/runs/" + id, body, "Content-Type", "application/merge-patch+json");
    }
}
