package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReanalysisTest {
    /** A small sweep; the settings that only its conclusion reads come last. */
    private static final String SWEEP = """
            {"experiment": "width_sweep", "blocks": 4, "seed": 3, "parameters": {"model": "stories-neox",
             "hook": "blocks.2.hook_resid_post", "saes": ["stories-l2-x1", "stories-l2-x2"],
             "corpus": "stories-samples", "sequences": 8, "length": 16, "null_scores": %s%s}}""";
    private static final String SETTINGS = """
            "calibration": {"method": "%s"}, "aggregation": "sequence_sum_abs", "min_fires": 2""";

    private final KappaClient client = KappaServer.shared().client();

    @Test
    void aChildConcludesTheTalliesOfItsParentAsAFreshRunWithItsSettingsDoes() {
        String parent = client.submit(SWEEP.formatted(true, ""));
        client.awaitEnd(parent);
        for (String method : new String[] {"mass", "null"}) {
            String settings = SETTINGS.formatted(method);
            KappaClient.Answer answer = reanalyse(parent, "{" + settings + "}");
            assertThat(answer.status()).as(answer.text()).isEqualTo(202);
            JsonNode child = client.awaitEnd(answer.json().get("id").asString());
            JsonNode fresh = client.finished(SWEEP.formatted(true, ", " + settings));
            assertThat(child.get("parent").asString()).isEqualTo(parent);
            assertThat(child.get("metrics")).isNotNull().isEqualTo(fresh.get("metrics"));
            assertThat(child.get("parameters")).isEqualTo(fresh.get("parameters"));
            assertThat(child.get("provenance")).isEqualTo(fresh.get("provenance"));
        }
        assertThat(client.run(parent).has("parent")).isFalse();
    }

    @Test
    void theNullCalibrationNeedsStoredNullScores() {
        String parent = client.submit(SWEEP.formatted(false, ""));
        client.awaitEnd(parent);
        KappaClient.Answer answer = reanalyse(parent, "{\"calibration\": {\"method\": \"null\"}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("code").asString()).isEqualTo("null_scores_missing");
        assertThat(answer.json().get("detail").asString()).contains("null_scores");
    }

    @Test
    void aSettingThatTheChosenCalibrationDoesNotReadIsRefusedByName() {
        String parent = client.submit(SWEEP.formatted(false, ""));
        client.awaitEnd(parent);
        KappaClient.Answer answer = reanalyse(parent, "{\"calibration\": {\"method\": \"mass\", \"q\": 0.9}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("code").asString()).isEqualTo("calibration_setting_unread");
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/parameters/calibration");
        assertThat(answer.json().get("detail").asString())
                .contains("calibration 'mass' does not read 'q', which was given as 0.9; it reads 'share'");
        assertThat(reanalyse(parent, "{\"calibration\": {\"q\": 0.9, \"tau\": 1}}").json().get("detail").asString())
                .contains("calibration 'quantile' does not read 'tau'");
        assertThat(reanalyse(parent, "{\"calibration\": {\"method\": \"mass\", \"share\": 0.9}}").status())
                .isEqualTo(202);
    }

    @Test
    void aChildMeasuresNothingAndMayBeAParentItself() {
        String parent = client.submit("{\"experiment\": \"counting\", \"seed\": 4}");
        double sum = sum(client.awaitEnd(parent));
        KappaClient.Answer answer = client.post(
                "/v1/runs/" + parent + ":reanalyse", "{\"parameters\": {\"times\": 2}, \"labels\": {\"why\": \"doubt\"}}");
        String id = answer.json().get("id").asString();
        assertThat(answer.header("Location")).isEqualTo("/v1/runs/" + id);
        JsonNode child = client.awaitEnd(id);
        assertThat(sum(child)).isEqualTo(2 * sum);
        assertThat(child.at("/labels/why").asString()).isEqualTo("doubt");
        assertThat(child.at("/progress/done").asInt()).isEqualTo(4);
        client.get("/v1/runs/" + id + "/blocks").json().get("blocks").forEach(block -> {
            assertThat(block.get("attempt").asInt()).isZero();
            assertThat(block.get("tally_hash").asString()).hasSize(64);
        });
        String grandchild = reanalyse(id, "{\"times\": 3}").json().get("id").asString();
        assertThat(sum(client.awaitEnd(grandchild))).isEqualTo(3 * sum);
    }

    @Test
    void aParameterThatChangesTheMeasurementIsRefusedByName() {
        String parent = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(parent);
        KappaClient.Answer answer = reanalyse(parent, "{\"draws\": 7, \"parts\": 4, \"times\": 2}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("errors")).hasSize(1);
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/parameters/draws");
        assertThat(answer.json().at("/errors/0/code").asString()).isEqualTo("not_a_conclusion_setting");
        assertThat(answer.json().at("/errors/0/detail").asString()).contains("'draws'").contains("times");
        assertThat(reanalyse(parent, "{\"drawz\": 7}").json().get("code").asString()).isEqualTo("unknown_parameter");
        assertThat(reanalyse(parent, "[1]").json().get("code").asString()).isEqualTo("invalid_type");
        assertThat(reanalyse("nosuchrun", "{}").status()).isEqualTo(404);
    }

    @Test
    void aRunThatIsNotMeasuredYetHasNoChildren() {
        try (Gate gate = Gate.shut()) {
            String busy = client.submit(gate.body());
            KappaClient.Answer answer = reanalyse(busy, "{\"times\": 2}");
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.json().get("code").asString()).isEqualTo("tallies_incomplete");
            gate.open();
            client.awaitEnd(busy);
        }
    }

    private KappaClient.Answer reanalyse(String run, String parameters) {
        return client.post("/v1/runs/" + run + ":reanalyse", "{\"parameters\": " + parameters + "}");
    }

    private static double sum(JsonNode run) {
        return run.at("/metrics/0/value").asDouble();
    }
}
