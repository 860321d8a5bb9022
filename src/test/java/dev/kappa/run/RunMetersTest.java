package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.Scrape;
import dev.kappa.testing.TestHomes;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Each number for Prometheus moves when its cause happens, and none carries an id. */
class RunMetersTest {
    private static final String COUNTING = "experiment=\"counting\"";
    private static final String RUN = "{\"experiment\": \"counting\", \"parameters\": {\"parts\": 3%s}}";

    private final KappaClient client = KappaServer.shared().client();
    private final Scrape before = Scrape.of(client);

    private double moved(String name, String... labels) {
        return Scrape.of(client).sum(name, labels) - before.sum(name, labels);
    }

    @Test
    void aRunThatSucceedsCountsItsWaitItsSecondsAndItsBlocks() {
        JsonNode run = client.finished(RUN.formatted(""));
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(moved("kappa_queue_wait_seconds_count", COUNTING)).isEqualTo(1);
        assertThat(moved("kappa_queue_wait_seconds_sum", COUNTING)).isPositive();
        assertThat(moved("kappa_run_seconds_count", COUNTING, "outcome=\"succeeded\"")).isEqualTo(1);
        assertThat(moved("kappa_blocks_total", COUNTING, "outcome=\"done\"")).isEqualTo(3);
        assertThat(moved("kappa_resumes_total")).isZero();
        assertThat(moved("kappa_leases_lost_total")).isZero();
    }

    @Test
    void aBlockThatIsTriedAgainIsAResumeAndARunThatFailsIsCountedAsFailed() {
        client.finished(RUN.formatted(
                ", \"trouble\": \"exception\", \"trouble_times\": 1, \"name\": \"meters-once\""));
        assertThat(moved("kappa_blocks_total", COUNTING, "outcome=\"retried\"")).isEqualTo(1);
        assertThat(moved("kappa_resumes_total")).isEqualTo(1);
        client.finished(RUN.formatted(", \"trouble\": \"user_fault\""));
        assertThat(moved("kappa_blocks_total", COUNTING, "outcome=\"failed\"")).isEqualTo(1);
        assertThat(moved("kappa_run_seconds_count", COUNTING, "outcome=\"failed\"")).isEqualTo(1);
    }

    @Test
    void depthAndActiveCountTheRunsAndACancelIsTimed() {
        try (Gate gate = Gate.shut()) {
            String active = client.running(gate.body());
            String waiting = client.submit(RUN.formatted(""));
            assertThat(moved("kappa_queue_depth")).isEqualTo(1);
            assertThat(moved("kappa_runs_active")).isEqualTo(1);
            client.post("/v1/runs/" + waiting + ":cancel", "");
            assertThat(moved("kappa_queue_depth")).isZero();
            assertThat(moved("kappa_cancel_seconds_count")).as("no device worked on it").isZero();
            client.post("/v1/runs/" + active + ":cancel", "");
            assertThat(client.awaitEnd(active).get("state").asString()).isEqualTo("CANCELLED");
        }
        assertThat(moved("kappa_cancel_seconds_count")).isEqualTo(1);
        assertThat(moved("kappa_cancel_seconds_sum")).isPositive();
        assertThat(moved("kappa_run_seconds_count", COUNTING, "outcome=\"cancelled\"")).isEqualTo(2);
        assertThat(moved("kappa_runs_active")).isZero();
    }

    @Test
    void whatIsNotAcceptedIsCountedByItsReason() {
        client.post("/v1/runs", "{\"experiment\": \"no-such\"}");
        client.post("/v1/runs", "{");
        client.post("/v1/runs", RUN.formatted(", \"draws\": 0"));
        client.post("/v1/runs:plan", "{");
        assertThat(moved("kappa_rejections_total", "reason=\"unknown_experiment\"")).isEqualTo(1);
        assertThat(moved("kappa_rejections_total", "reason=\"malformed_json\"")).isEqualTo(1);
        assertThat(moved("kappa_rejections_total")).isEqualTo(3);
    }

    @Test
    void loadsAreTimedAndBytesAreCountedByDeviceAsTheApiCountsThem() {
        client.post("/v1/saes/stories-l2-x1:unload", "");
        Scrape without = Scrape.of(client);
        client.post("/v1/saes/stories-l2-x1:load", "");
        Scrape with = Scrape.of(client);
        assertThat(with.sum("kappa_load_seconds_count", "kind=\"sae\"", "device=\"cpu\""))
                .isEqualTo(without.sum("kappa_load_seconds_count", "kind=\"sae\"", "device=\"cpu\"") + 1);
        JsonNode devices = client.get("/v1/devices").json();
        JsonNode device = devices.at("/devices/0");
        double resident = with.sum("kappa_resident_bytes", "device=\"cpu\"");
        assertThat(resident).isGreaterThan(without.sum("kappa_resident_bytes")).isEqualTo(device.get("resident_bytes").asDouble());
        assertThat(with.sum("kappa_free_bytes", "device=\"cpu\"")).isEqualTo(device.get("free_bytes").asDouble());
        assertThat(with.sum("kappa_reserved_bytes", "device=\"cpu\"")).isEqualTo(device.get("activation_bytes").asDouble());
        assertThat(with.sum("kappa_leases", "device=\"cpu\"")).isEqualTo(device.get("leases").asDouble());
        assertThat(device.get("capacity_bytes").asDouble())
                .isCloseTo(device.get("free_bytes").asDouble() + resident, within(device.get("activation_bytes").asDouble()));
        assertThat(devices.get("lanes").asInt()).isEqualTo(1);
        client.post("/v1/saes/stories-l2-x1:unload", "");
        assertThat(Scrape.of(client).sum("kappa_resident_bytes")).isLessThan(resident);
    }

    @Test
    void aKilledProcessIsALostLeaseAndAResumeAtTheNextOne() {
        Path home = TestHomes.fresh();
        try (Gate gate = Gate.shut()) {
            try (KappaProcess process = KappaProcess.start(home)) {
                KappaClient first = process.client();
                first.running(gate.body());
                assertThat(Scrape.of(first).sum("kappa_leases_lost_total")).isZero();
                process.kill();
            }
            gate.open();
            try (KappaProcess process = KappaProcess.start(home)) {
                KappaClient second = process.client();
                String run = second.get("/v1/runs").json().at("/runs/0/id").asString();
                assertThat(second.awaitEnd(run).get("state").asString()).isEqualTo("SUCCEEDED");
                Scrape scrape = Scrape.of(second);
                assertThat(scrape.sum("kappa_leases_lost_total")).isEqualTo(1);
                assertThat(scrape.sum("kappa_resumes_total")).isEqualTo(1);
                assertThat(scrape.text()).doesNotContain(run);
            }
        }
    }
}
