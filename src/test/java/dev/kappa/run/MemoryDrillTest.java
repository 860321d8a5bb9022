package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.TestHomes;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A server that comes back with a device too small for what it had accepted. */
@Tag("drill")
class MemoryDrillTest {
    @Test
    void aRunThatNoDeviceHoldsAnyLongerFailsForMemoryAtItsFirstBlockAndTheOthersSucceed() {
        Path home = TestHomes.fresh();
        Gate gate = Gate.shut();
        String under;
        String large;
        String waiting;
        try (KappaProcess server = KappaProcess.start(home)) {
            KappaClient client = server.client();
            under = client.running(gate.body());
            large = client.submit("{\"experiment\": \"jacobian_rank\", \"parameters\": {\"model\": \"stories-neox\","
                    + " \"hooks\": [\"blocks.2.hook_resid_post\"], \"corpus\": \"stories-samples\"}}");
            waiting = client.submit("{\"experiment\": \"counting\"}");
            server.kill();
        }
        gate.open();
        try (KappaProcess server = KappaProcess.start(home, "--kappa.device-bytes=1MB")) {
            KappaClient client = server.client();
            JsonNode failed = client.awaitEnd(large);
            assertThat(failed.get("state").asString()).isEqualTo("FAILED");
            assertThat(failed.get("state_reason").asString()).isEqualTo("OUT_OF_MEMORY");
            assertThat(failed.get("code").asString()).isEqualTo("too_large_for_device");
            assertThat(failed.get("detail").asString()).contains("the largest device holds 1048576");
            assertThat(client.get("/v1/runs/" + large + "/blocks").json().at("/blocks/0/attempt").asInt()).isEqualTo(1);
            assertThat(client.awaitEnd(under).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(client.awaitEnd(waiting).get("state").asString()).isEqualTo("SUCCEEDED");
        }
    }
}
