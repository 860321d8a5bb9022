package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RunLifeTest {
    private final KappaServer server = KappaServer.shared();
    private final KappaClient client = server.client();

    @Test
    void aSubmittedRunSucceedsAndTellsHowItWent() {
        KappaClient.Answer answer = client.post("/v1/runs", """
                {"experiment": "counting", "parameters": {"draws": 10}, "seed": 9, "labels": {"who": "me"}}""");
        assertThat(answer.status()).isEqualTo(202);
        String id = answer.json().get("id").asString();
        assertThat(answer.header("Location")).isEqualTo("/v1/runs/" + id);
        assertThat(answer.header("Retry-After")).isEqualTo("1");

        JsonNode run = client.awaitEnd(id);
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(run.at("/progress/phase").asString()).isEqualTo("ended");
        assertThat(run.at("/progress/done").asInt()).isEqualTo(4);
        assertThat(run.at("/progress/fraction").asDouble()).isEqualTo(1.0);
        assertThat(run.get("seed").asLong()).isEqualTo(9);
        assertThat(run.at("/labels/who").asString()).isEqualTo("me");
        assertThat(run.at("/parameters/parts").asInt()).as("the default that applied").isEqualTo(4);
        assertThat(run.at("/metrics/0/name").asString()).isEqualTo("sum");
        assertThat(run.get("finished_at").asString()).isGreaterThan(run.get("started_at").asString());
        client.get("/v1/runs/" + id + "/blocks").json().get("blocks").forEach(block -> {
            assertThat(block.get("state").asString()).isEqualTo("DONE");
            assertThat(block.get("attempt").asInt()).isEqualTo(1);
            assertThat(block.get("device").asString()).isEqualTo("cpu");
            assertThat(block.get("tally_hash").asString()).hasSize(64);
        });
    }

    @Test
    void theSameRunTwiceGivesTheSameDigitsAndAnotherSeedOthers() {
        String body = "{\"experiment\": \"counting\", \"seed\": %d, \"parameters\": {\"draws\": 1000}}";
        assertThat(metrics(body.formatted(5))).isEqualTo(metrics(body.formatted(5)));
        assertThat(metrics(body.formatted(5))).isNotEqualTo(metrics(body.formatted(6)));
    }

    @Test
    void sequentialBlocksStartFromTheTallyBefore() {
        String id = client.submit("""
                {"experiment": "counting", "parameters": {"draws": 10, "sequential": true, "parts": 3}}""");
        client.awaitEnd(id);
        JsonNode rows = client.get("/v1/runs/" + id + "/tables/sums").json().get("rows");
        double first = rows.get(0).get(1).asDouble();
        double second = rows.get(1).get(1).asDouble();
        double third = rows.get(2).get(1).asDouble();
        assertThat(second).isGreaterThan(first);
        assertThat(third).isGreaterThan(second);
    }

    @Test
    void theRequestMayAskForMoreBlocksThanThePlan() {
        JsonNode run = client.finished("{\"experiment\": \"counting\", \"blocks\": 7}");
        assertThat(run.at("/progress/total").asInt()).isEqualTo(7);
        assertThat(run.at("/metrics/0/interval/resamples").asInt()).isEqualTo(7);
    }

    @Test
    void notANumberAndInfinitiesSurviveTheRoundTrip() {
        String id = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(id);
        JsonNode metrics = client.get("/v1/runs/" + id + "/metrics").json();
        assertThat(metrics.at("/metrics/0/interval/low").asString()).isEqualTo("-Infinity");
        assertThat(metrics.at("/metrics/1/value").asString()).isEqualTo("NaN");
        assertThat(metrics.at("/metrics/2/value").asString()).isEqualTo("Infinity");
        assertThat(client.get("/v1/runs/" + id + "/tables/sums").json().at("/rows/0/2").asString())
                .isEqualTo("NaN");
        assertThat(client.get("/v1/runs/" + id + "/figures/sums").json().at("/series/0/y/0").asString())
                .isEqualTo("NaN");
    }

    @Test
    void tablesComeAsJsonOrCsvAndFiguresAndArtifactsAreListed() throws IOException {
        String id = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(id);
        String table = "/v1/runs/" + id + "/tables/sums";
        assertThat(client.get("/v1/runs/" + id + "/tables").json().at("/tables/0/name").asString())
                .isEqualTo("sums");
        assertThat(client.get(table, "Accept", "text/csv").text())
                .startsWith("block,sum,inverse,note,late\r\n0,")
                .contains(",\"a \"\"b\"\", c\",true\r\n");
        assertThat(client.get(table + "?format=csv").header("Content-Type")).startsWith("text/csv");
        assertThat(client.get(table).header("Content-Type")).isEqualTo("application/json");
        assertThat(client.get("/v1/runs/" + id + "/figures").json().at("/figures/0/title").asString())
                .isEqualTo("Sums of the blocks");
        JsonNode artifact = client.get("/v1/runs/" + id + "/artifacts").json().at("/artifacts/0");
        assertThat(artifact.get("kind").asString()).isEqualTo("data");
        assertThat(artifact.at("/files/0/sha256").asString()).hasSize(64);
        assertThat(server.bean(dev.kappa.store.ArtifactStore.class)
                        .resource(id, "total", "total.txt")
                        .contentLength())
                .isEqualTo(artifact.at("/files/0/bytes").asLong());
    }

    @Test
    void figuresComeAsDataOrDrawn() {
        String id = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(id);
        String figure = "/v1/runs/" + id + "/figures/sums";
        KappaClient.Answer drawn = client.get(figure + "?format=svg");
        assertThat(drawn.header("Content-Type")).startsWith("image/svg+xml");
        assertThat(drawn.text()).startsWith("<svg xmlns=").contains("<title>Sums of the blocks</title>");
        assertThat(client.get(figure, "Accept", "image/gif,image/svg+xml,*/*").text()).isEqualTo(drawn.text());
        assertThat(client.get(figure, "Accept", "text/html,*/*").header("Content-Type")).isEqualTo("application/json");
        assertThat(client.get(figure + "?format=pdf").status()).isEqualTo(400);
        assertThat(client.get(figure, "Accept", "image/gif").status()).isEqualTo(406);
    }

    @Test
    void aRunIsCancelledWhileItIsMeasured() {
        try (Gate gate = Gate.shut()) {
            String id = client.submit(gate.body());
            client.awaitRun(id, run -> run.at("/progress/fraction").asDouble() > 0);
            assertThat(client.run(id).get("state").asString()).isEqualTo("RUNNING");
            String state = client.post("/v1/runs/" + id + ":cancel", "").json().get("state").asString();
            assertThat(state).isIn("CANCELLING", "CANCELLED");
            JsonNode run = client.awaitEnd(id);
            assertThat(run.get("state").asString()).isEqualTo("CANCELLED");
            assertThat(run.get("state_reason").asString()).isEqualTo("USER");
            assertThat(client.get("/v1/runs/" + id + "/metrics").json().get("metrics")).isEmpty();
        }
    }

    @Test
    void aRunIsCancelledWhileItWaitsAndCancellingAgainChangesNothing() {
        try (Gate gate = Gate.shut()) {
            String busy = client.running(gate.body());
            String waiting = client.submit("{\"experiment\": \"counting\"}");
            assertThat(client.run(waiting).get("state").asString()).isEqualTo("QUEUED");
            JsonNode cancelled = client.post("/v1/runs/" + waiting + ":cancel", "").json();
            assertThat(cancelled.get("state").asString()).isEqualTo("CANCELLED");
            KappaClient.Answer again = client.post("/v1/runs/" + waiting + ":cancel", "");
            assertThat(again.status()).isEqualTo(200);
            assertThat(again.json().get("finished_at")).isEqualTo(cancelled.get("finished_at"));
            gate.open();
            assertThat(client.awaitEnd(busy).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(client.post("/v1/runs/" + busy + ":cancel", "").json().get("state").asString())
                    .isEqualTo("SUCCEEDED");
            assertThat(client.run(waiting).get("state").asString()).isEqualTo("CANCELLED");
        }
    }

    @Test
    void aHigherPriorityGoesFirst() {
        try (Gate gate = Gate.shut()) {
            String busy = client.running(gate.body());
            String ordinary = client.submit("{\"experiment\": \"counting\"}");
            String urgent = client.submit("{\"experiment\": \"counting\", \"priority\": 7}");
            assertThat(client.run(urgent).get("queue_position").asInt()).isZero();
            assertThat(client.run(ordinary).get("queue_position").asInt()).isPositive();
            assertThat(client.run(busy).has("queue_position")).isFalse();
            gate.open();
            String ended = client.awaitEnd(urgent).get("finished_at").asString();
            assertThat(client.awaitEnd(ordinary).get("started_at").asString()).isGreaterThan(ended);
        }
    }

    @Test
    void aRunThatHasNotEndedByItsDeadlineFailsWithThatReason() {
        try (Gate gate = Gate.shut()) {
            String id = client.submit(gate.body().replaceFirst("\\{", "{\"deadline_seconds\": 1, "));
            JsonNode run = client.awaitEnd(id);
            assertThat(run.get("state").asString()).isEqualTo("FAILED");
            assertThat(run.get("state_reason").asString()).isEqualTo("DEADLINE");
            assertThat(run.get("code").asString()).isEqualTo("deadline_exceeded");
            assertThat(run.get("finished_at").asString()).isGreaterThan(run.get("deadline_at").asString());
            client.finished("{\"experiment\": \"counting\"}");
        }
        JsonNode problem = client.post("/v1/runs", "{\"experiment\": \"counting\", \"deadline_seconds\": 0}").json();
        assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo("/deadline_seconds");
        assertThat(problem.get("detail").asString()).contains("'0'");
    }

    @Test
    void aUserFaultWhileMeasuringFailsTheRunAtOnceWithItsCode() {
        String id = client.submit("""
                {"experiment": "counting", "parameters": {"trouble": "user_fault", "trouble_in": 2, "name": "u"}}""");
        JsonNode run = client.awaitEnd(id);
        assertThat(run.get("state").asString()).isEqualTo("FAILED");
        assertThat(run.get("state_reason").asString()).isEqualTo("INVALID_INPUT");
        assertThat(run.get("code").asString()).isEqualTo("measured_badly");
        assertThat(run.get("detail").asString()).contains("'x'");
        JsonNode block = client.get("/v1/runs/" + id + "/blocks").json().at("/blocks/2");
        assertThat(block.get("state").asString()).isEqualTo("FAILED");
        assertThat(block.get("attempt").asInt()).isEqualTo(1);
    }

    @Test
    void anUnexpectedExceptionIsTriedAgainAndTheDigitsStayTheSame() {
        String undisturbed = metrics("{\"experiment\": \"counting\", \"seed\": 3}");
        String id = client.submit(trouble("exception", 2));
        JsonNode run = client.awaitEnd(id);
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(run.get("metrics").toString()).isEqualTo(undisturbed);
        JsonNode block = client.get("/v1/runs/" + id + "/blocks").json().at("/blocks/0");
        assertThat(block.get("attempt").asInt()).isEqualTo(3);
        assertThat(block.get("failures").asInt()).isEqualTo(2);
    }

    @Test
    void aBlockThatFailsThreeTimesFailsTheRunWithItsCause() {
        JsonNode run = client.finished(trouble("exception", 99));
        assertThat(run.get("state").asString()).isEqualTo("FAILED");
        assertThat(run.get("state_reason").asString()).isEqualTo("INTERNAL");
        assertThat(run.get("code").asString()).isEqualTo("unexpected_error");
        assertThat(run.get("detail").asString()).contains("nobody expected this");
    }

    @Test
    void runningOutOfMemoryIsTriedAgainAndThenFailsWithThatReason() {
        JsonNode run = client.finished(trouble("out_of_memory", 99));
        assertThat(run.get("state_reason").asString()).isEqualTo("OUT_OF_MEMORY");
        assertThat(run.get("code").asString()).isEqualTo("out_of_memory");
        assertThat(client.finished(trouble("out_of_memory", 1)).get("state").asString())
                .isEqualTo("SUCCEEDED");
    }

    @Test
    void aConclusionThatFailsIsTriedAgainAndThenFailsTheRun() {
        assertThat(client.finished(trouble("in_conclusion", 2)).get("state").asString())
                .isEqualTo("SUCCEEDED");
        JsonNode run = client.finished(trouble("in_conclusion", 99));
        assertThat(run.get("state").asString()).isEqualTo("FAILED");
        assertThat(run.get("detail").asString()).contains("nobody expected this either");
        assertThat(run.has("metrics")).isFalse();
    }

    private String metrics(String body) {
        return client.finished(body).get("metrics").toString();
    }

    private static String trouble(String kind, int times) {
        return """
                {"experiment": "counting", "seed": 3,
                 "parameters": {"trouble": "%s", "trouble_times": %d, "name": "%s"}}"""
                .formatted(kind, times, UUID.randomUUID());
    }
}
