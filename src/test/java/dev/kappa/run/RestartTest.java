package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Runs that meet the end of their server: the digits are those of a run that did not. */
class RestartTest {
    private static final String BODY = """
            {"experiment": "counting", "seed": 11, "parameters": {"draws": 500, "parts": 6, "gate_from": %d, "gate": "%s"}}""";
    private static final String SEQUENTIAL = """
            {"experiment": "counting", "seed": 11,
             "parameters": {"draws": 500, "parts": 6, "sequential": true, "gate_from": %d, "gate": "%s"}}""";

    @Test
    void runsInterruptedByAKilledServerAndThenByAStoppedOneEndWithTheSameDigits() {
        Path home = TestHomes.fresh();
        Gate first = Gate.shut();
        Gate second = Gate.shut();
        String killed;
        String queued;
        String early;
        try (KappaProcess server = KappaProcess.start(home)) {
            KappaClient client = server.client();
            early = client.submit("{\"experiment\": \"counting\", \"seed\": 2}");
            client.awaitEnd(early);
            killed = client.submit(BODY.formatted(3, first));
            client.awaitRun(killed, run -> run.at("/progress/done").asInt() == 3
                    && run.at("/progress/fraction").asDouble() > 0.5);
            queued = client.submit(SEQUENTIAL.formatted(2, second));
            server.kill();
        }
        first.open();
        try (KappaServer server = KappaServer.start(home, "kappa.engine.lanes=2")) {
            KappaClient client = server.client();
            JsonNode run = client.awaitEnd(killed);
            assertThat(run.get("metrics")).isEqualTo(undisturbed(BODY.formatted(99, first)));
            JsonNode blocks = client.get("/v1/runs/" + killed + "/blocks").json().get("blocks");
            assertThat(blocks.get(0).get("attempt").asInt()).as("not measured again").isEqualTo(1);
            assertThat(blocks.get(3).get("attempt").asInt()).as("taken up again").isEqualTo(2);
            assertThat(client.run(early).get("state").asString()).as("kept").isEqualTo("SUCCEEDED");
            client.awaitRun(queued, waiting -> waiting.at("/progress/done").asInt() == 2
                    && waiting.at("/progress/fraction").asDouble() > 0.4);
        }
        second.open();
        try (KappaServer server = KappaServer.start(home)) {
            KappaClient client = server.client();
            JsonNode run = client.awaitEnd(queued);
            assertThat(run.get("metrics")).isEqualTo(undisturbed(SEQUENTIAL.formatted(99, second)));
            JsonNode block = client.get("/v1/runs/" + queued + "/blocks").json().at("/blocks/2");
            assertThat(block.get("failures").asInt()).as("a stop is not a failure").isZero();
        }
    }

    private static JsonNode undisturbed(String body) {
        KappaClient client = KappaServer.shared().client();
        return client.finished(body).get("metrics");
    }
}
