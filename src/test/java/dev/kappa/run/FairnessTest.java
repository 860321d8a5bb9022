package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One lane, and more runs than it can measure. */
class FairnessTest {
    private static final String RUN = "{\"experiment\": \"counting\", \"priority\": %d, \"parameters\": {\"parts\": %d}}";

    @Test
    void aRunOfTheLowestPriorityHasItsTurnThoughRunsOfTheHighestNeverCease() {
        // 200 steps of priority are worth 1 s of waiting.
        try (KappaServer server = KappaServer.start(TestHomes.fresh(), "kappa.engine.order-step=5ms");
                Gate gate = Gate.shut()) {
            KappaClient client = server.client();
            client.running(gate.body());
            String low = client.submit(RUN.formatted(-100, 1));
            Instant turn = time(client.run(low), "created_at").plusSeconds(1);
            List<String> high = new ArrayList<>();
            do {
                high.add(client.submit(RUN.formatted(100, 1)));
            } while (time(client.run(high.get(high.size() - 1)), "created_at").isBefore(turn));
            gate.open();
            Instant start = time(client.awaitEnd(low), "started_at");
            assertThat(time(client.awaitEnd(high.get(0)), "started_at")).as("priority counts").isBefore(start);
            assertThat(time(client.awaitEnd(high.get(high.size() - 1)), "started_at"))
                    .as("it went before one that came later, whatever its priority")
                    .isAfter(start);
        }
    }

    private static Instant time(JsonNode run, String which) {
        return Instant.parse(run.get(which).asString());
    }

    @Test
    void runsOfEqualPriorityShareTheLaneBlockByBlock() {
        KappaClient client = KappaServer.shared().client();
        try (Gate gate = Gate.shut()) {
            client.running(gate.body());
            String first = client.submit(RUN.formatted(0, 5));
            String second = client.submit(RUN.formatted(0, 5));
            gate.open();
            client.awaitEnd(first);
            client.awaitEnd(second);
            assertThat(Stream.of(first, second)
                            .flatMap(run -> client.get("/v1/runs/" + run + "/blocks").json().get("blocks").valueStream()
                                    .map(block -> List.of(block.get("finished_at").asString(), run)))
                            .sorted(Comparator.comparing(ended -> ended.get(0)))
                            .map(ended -> ended.get(1)))
                    .containsExactly(first, second, first, second, first, second, first, second, first, second);
        }
    }
}
