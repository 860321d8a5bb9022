package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Tally;
import dev.kappa.store.TallyStore;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** What a run says before its last block is in. */
class PartialFindingsTest {
    private static final String HELD = """
            {"experiment": "counting", "seed": 5,
             "parameters": {"draws": 50, "gate_from": 2, "gate": "%s", "trouble": "%s", "name": "%s", "trouble_times": 9999}}""";
    private static final String RANK = """
            {"experiment": "jacobian_rank", "blocks": 4, "parameters": {"model": "stories-neox",
             "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": 8, "length": 16}}""";

    private final KappaServer server = KappaServer.shared();
    private final KappaClient client = server.client();

    @Test
    void metricsWithIntervalsComeBeforeTheEndAndLeaveTheFinalDigitsAlone() {
        String id;
        JsonNode early;
        try (Gate gate = Gate.shut()) {
            id = client.submit(HELD.formatted(gate, "none", "plain"));
            early = awaitPartial(id, 2);
            assertThat(client.run(id).has("metrics")).as("the run itself has final metrics only").isFalse();
        }
        assertThat(early.get("partial").asBoolean()).isTrue();
        assertThat(early.get("blocks_total").asInt()).isEqualTo(4);
        JsonNode sum = early.at("/metrics/0");
        assertThat(sum.at("/dimensions/parts").asInt()).isEqualTo(2);
        assertThat(sum.at("/interval/high").asDouble()).isEqualTo(sum.get("value").asDouble() + 1);
        assertThat(early.get("metrics")).allSatisfy(metric ->
                assertThat(metric.get("flags").get(0).asString()).isEqualTo("partial"));

        client.awaitEnd(id);
        JsonNode last = client.get("/v1/runs/" + id + "/metrics").json();
        assertThat(last.get("partial").asBoolean()).isFalse();
        assertThat(last.get("blocks_done").asInt()).isEqualTo(4);
        assertThat(last.get("metrics").toString()).doesNotContain("partial");
        assertThat(client.get("/v1/runs/" + id + "/events").text())
                .contains("event:partial\ndata:{\"blocks_done\":2,\"blocks_total\":4}");
        String undisturbed = client.submit(HELD.formatted("/", "none", "plain"));
        assertThat(client.awaitEnd(undisturbed).get("metrics")).isEqualTo(last.get("metrics"));
    }

    @Test
    void aCancelledRunKeepsWhatItsBlocksSaid() {
        try (Gate gate = Gate.shut()) {
            String id = client.submit(HELD.formatted(gate, "none", "plain"));
            JsonNode early = awaitPartial(id, 2);
            client.post("/v1/runs/" + id + ":cancel", "");
            client.awaitState(id, "CANCELLED");
            assertThat(client.get("/v1/runs/" + id + "/metrics").json()).isEqualTo(early);
        }
    }

    @Test
    void aConclusionThatFailsOnFewBlocksIsNotTheRunsAffair() {
        String name = UUID.randomUUID().toString();
        try (Gate gate = Gate.shut()) {
            String id = client.submit(HELD.formatted(gate, "in_conclusion", name));
            client.awaitRun(id, run -> run.at("/progress/done").asInt() == 2);
            JsonNode metrics = client.get("/v1/runs/" + id + "/metrics").json();
            assertThat(metrics.get("blocks_done").asInt()).isZero();
            assertThat(metrics.get("metrics")).isEmpty();
            assertThat(client.run(id).get("state").asString()).isEqualTo("RUNNING");
        }
    }

    @Test
    void ofManyServersOneDrawsThemUp() {
        PartialRows partials = server.bean(PartialRows.class);
        String run = new Rows(server.bean(JdbcClient.class)).run(RunState.RUNNING, 4);
        assertThat(partials.untilDue(run)).isZero();
        assertThat(partials.claim(run)).isTrue();
        assertThat(partials.claim(run)).as("while the first works on them").isFalse();
        partials.release(run, Duration.ofHours(1));
        assertThat(partials.claim(run)).as("within the rest").isFalse();
        assertThat(partials.untilDue(run)).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
        partials.release(run, Duration.ZERO);
        assertThat(partials.claim(run)).isTrue();
    }

    @Test
    void fewerBlocksNeverReplaceWhatMoreBlocksSaid() {
        PartialRows partials = server.bean(PartialRows.class);
        String run = new Rows(server.bean(JdbcClient.class)).run(RunState.RUNNING, 4);
        Findings none = new Findings(List.of(), List.of(), List.of(), List.of());
        partials.claim(run);
        partials.write(run, 3, 4, none);
        partials.write(run, 2, 4, none);
        assertThat(partials.find(run).orElseThrow().blocks()).isEqualTo(3);
    }

    @Test
    void theFewestBlocksOfAKindGiveItsIntervals() {
        String id = client.submit(RANK);
        client.awaitEnd(id);
        Run run = server.bean(RunRows.class).find(id).orElseThrow();
        Kind<?> kind = server.bean(Experiments.class).require("jacobian_rank");
        List<Tally> first = server.bean(RunRows.class).blocks(id).stream()
                .limit(kind.leastBlocks(run))
                .map(block -> server.bean(TallyStore.class).read(id, block.index(), block.tallyHash().orElseThrow()))
                .toList();
        assertThat(first).hasSize(2);
        assertThat(kind.conclude(run, first).metrics())
                .filteredOn(metric -> metric.name().equals("kappa"))
                .singleElement()
                .satisfies(metric -> assertThat(metric.interval()).isPresent());
    }

    private JsonNode awaitPartial(String id, int blocks) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> client.get("/v1/runs/" + id + "/metrics").json(), metrics ->
                        metrics.get("blocks_done").asInt() == blocks);
    }
}
