package dev.kappa.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DemoTest {
    @Test
    void theDemonstrationPrintsKappaWithItsIntervalWritesAReportAndLeavesItsRunsInTheDatabase() throws IOException {
        Path home = TestHomes.fresh();
        try (KappaProcess demo = KappaProcess.start(home, "--spring.profiles.active=demo")) {
            assertThat(demo.awaitExit()).as(demo.output()).isZero();
            assertThat(demo.output())
                    .containsPattern("κ +\\d+\\.\\d+ \\[\\d+\\.\\d+, \\d+\\.\\d+\\]")
                    .contains("N_rep", "N_causal", "inert fraction", "wedge", "κ̂", "verdict");
        }
        String report = Files.readString(Path.of("target", "demo", "report.html"));
        assertThat(report).contains("<svg", "kappa_hat", "n_causal").doesNotContain("src=\"http", "<script");
        try (KappaServer server = KappaServer.start(home)) {
            JsonNode runs = server.client().get("/v1/runs").json().get("runs");
            assertThat(runs).hasSize(2);
            assertThat(runs).allSatisfy(run -> assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED"));
        }
    }
}
