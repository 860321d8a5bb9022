package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
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
        // 200 steps of priority are worth 5 s of waiting.
        try (KappaServer server = KappaServer.start(TestHomes.fresh(), "kappa.engine.order-step=25ms");
                Gate gate = Gate.shut()) {
            KappaClient client = server.client();
            client.awaitState(client.submit(gate.body()), "RUNNING");
            String low = client.submit(RUN.formatted(-100, 1));
            List<String> high = new ArrayList<>();
            high.add(client.submit(RUN.formatted(100, 1)));
            high.add(client.submit(RUN.formatted(100, 1)));
            gate.open();
            // Two wait at any time, until the one that waits longest has been measured.
            while (!client.run(low).get("state").asString().equals("SUCCEEDED")) {
                high.add(client.submit(RUN.formatted(100, 1)));
                client.awaitEnd(high.get(high.size() - 3));
            }
            String start = client.run(low).get("started_at").asString();
            List<JsonNode> passing = high.stream().map(client::awaitEnd).toList();
            assertThat(passing.get(0).get("finished_at").asString()).as("priority counts").isLessThan(start);
            assertThat(passing).as("it went before one that came later, whatever its priority")
                    .anySatisfy(later -> {
                        assertThat(later.get("created_at").asString()).isLessThan(start);
                        assertThat(later.get("started_at").asString()).isGreaterThan(start);
                    });
        }
    }

    @Test
    void runsOfEqualPriorityShareTheLaneBlockByBlock() {
        KappaClient client = KappaServer.shared().client();
        try (Gate gate = Gate.shut()) {
            client.awaitState(client.submit(gate.body()), "RUNNING");
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
