package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Cluster;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.Scrape;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One process that answers requests and has no device, and one that measures and answers none. */
class RolesTest {
    private static final String RUN = """
            {"experiment": "jacobian_rank", "seed": 7, "blocks": 3, "parameters": {"model": "stories-neox",
             "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": 6, "length": 16}}""";

    @Test
    void oneAnswersAndTheOtherMeasuresTheSameDigits() throws IOException {
        try (Cluster cluster = new Cluster()) {
            KappaProcess answering = cluster.node("api", "--kappa.role=api");
            KappaClient api = answering.client();
            String id = api.submit(RUN);
            assertThat(api.get("/v1/devices").json().get("devices")).isEmpty();
            assertThat(api.get("/v1/queue").json().get("lanes").asInt()).isZero();
            Answer load = api.post("/v1/models/stories-neox:load", "");
            assertThat(load.json().get("code").asString()).as(load.text()).isEqualTo("no_device");
            assertThat(api.run(id).get("state").asString()).as("nobody measures").isEqualTo("QUEUED");

            KappaClient worker = cluster.node("worker", "--kappa.role=worker").client();
            JsonNode run = api.awaitEnd(id);
            KappaClient both = KappaServer.shared().client();
            assertThat(run.get("metrics")).isEqualTo(both.finished(RUN).get("metrics"));
            assertThat(Scrape.of(worker).sum("kappa_blocks_total", "outcome=\"done\"")).isEqualTo(3);
            assertThat(Scrape.of(api).sum("kappa_blocks_total")).isZero();
            for (String probe : List.of("/actuator/health/liveness", "/actuator/health/readiness")) {
                assertThat(worker.get(probe).status()).isEqualTo(200);
                assertThat(api.get(probe).status()).isEqualTo(200);
            }
            Answer refused = worker.get("/v1/runs");
            assertThat(refused.status()).isEqualTo(421);
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(refused.json().get("code").asString()).isEqualTo("worker_only");
            assertThat(mapped(answering)).as("libraries of tensors").doesNotContain("libtorch_cpu");
        }
    }

    private static String mapped(KappaProcess process) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(process.pid()), "maps"));
    }

    @Test
    void aRoleThatIsNoneOrThatNobodyCouldWorkWithIsRefused() {
        assertThat(refusal("--kappa.role=leader")).contains("'leader'", "all, api, worker");
        assertThat(refusal("--kappa.role=worker")).contains("'worker'", "spring.datasource.url");
    }

    private static String refusal(String argument) {
        Path home = TestHomes.fresh();
        KappaProcess process = KappaProcess.start(home, argument);
        assertThat(process.awaitExit()).isEqualTo(1);
        assertThat(home).doesNotExist();
        return process.output();
    }
}
