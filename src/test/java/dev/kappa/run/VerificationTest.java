package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

class VerificationTest {
    private final KappaServer server = KappaServer.shared();
    private final KappaClient client = server.client();
    private final JdbcClient jdbc = server.bean(JdbcClient.class);

    @Test
    void aRunOnAModelMeasuredAgainHasTheSameDigitsBlockByBlock() {
        String first = finished("""
                {"experiment": "width_sweep", "blocks": 4, "seed": 3, "labels": {"who": "me"}, "parameters": {
                 "model": "stories-neox", "hook": "blocks.2.hook_resid_post", "saes": ["stories-l2-x1", "stories-l2-x2"],
                 "corpus": "stories-samples", "sequences": 8, "length": 16}}""");
        JsonNode again = verified(first);
        JsonNode before = client.run(first);
        assertThat(again.get("origin").asString()).isEqualTo("verification");
        assertThat(again.get("parent").asString()).isEqualTo(first);
        for (String same : List.of("experiment", "parameters", "seed", "blocks", "provenance", "metrics")) {
            assertThat(again.get(same)).as(same).isEqualTo(before.get(same));
        }
        JsonNode verification = again.get("verification");
        assertThat(verification.get("run").asString()).isEqualTo(first);
        assertThat(verification.get("identical").asBoolean()).as(verification.toString()).isTrue();
        assertThat(verification.get("differing").asInt()).isZero();
        assertThat(verification.has("largest_relative_difference")).isFalse();
        assertThat(verification.get("same_devices").asBoolean()).isTrue();
        assertThat(verification.get("same_software").asBoolean()).isTrue();
        assertThat(hashes(again.get("id").asString())).isEqualTo(hashes(first)).hasSize(4);
        JsonNode rows = client.get("/v1/runs/" + again.get("id").asString() + "/tables/verification").json().get("rows");
        assertThat(rows).hasSize(verification.get("compared").asInt());
        assertThat(rows.toString()).contains("[\"tally\",\"3\",true,0.0]");
        assertThat(before.at("/verifications/0/run").asString()).isEqualTo(again.get("id").asString());
        assertThat(before.at("/verifications/0/identical").asBoolean()).isTrue();
    }

    @Test
    void whatCannotBeRepeatedIsNamedWithHowFarItIsOffAndWhatMayBeTheReason() {
        String first = finished("{\"experiment\": \"counting\", \"seed\": 8}");
        jdbc.sql("update metric set value = value * 2 where run_id = :run and name = 'sum'")
                .param("run", first)
                .update();
        jdbc.sql("update run set provenance = replace(provenance, '\"devices\":[\"cpu\"]', '\"devices\":[\"cuda:0\"]') where id = :run")
                .param("run", first)
                .update();
        JsonNode again = verified(first);
        JsonNode verification = again.get("verification");
        assertThat(verification.get("identical").asBoolean()).isFalse();
        assertThat(verification.get("differing").asInt()).isEqualTo(1);
        assertThat(verification.get("largest_relative_difference").asDouble()).isEqualTo(0.5);
        assertThat(verification.get("same_devices").asBoolean()).isFalse();
        assertThat(verification.get("same_software").asBoolean()).isTrue();
        assertThat(verification.get("notes").toString()).contains("cuda:0").contains("cpu");
        assertThat(client.get("/v1/runs/" + again.get("id").asString() + "/tables/verification?format=csv").text())
                .contains("metric,\"sum {\"\"parts\"\":4}\",false,0.5\r\n")
                .contains("metric,nothing,true,0")
                .contains("tally,0,true,0")
                .contains("artifact,total,true,0");
        assertThat(client.run(first).at("/verifications/0/identical").asBoolean()).isFalse();
    }

    @Test
    void aVerificationCanItselfBeVerified() {
        String first = finished("{\"experiment\": \"counting\", \"parameters\": {\"sequential\": true}}");
        JsonNode second = verified(first);
        JsonNode third = verified(second.get("id").asString());
        assertThat(third.at("/verification/identical").asBoolean()).isTrue();
        assertThat(third.at("/verification/compared")).isEqualTo(second.at("/verification/compared"));
    }

    @Test
    void provenanceNamesWhatMeasuredTheRun() {
        JsonNode provenance = client.run(finished("{\"experiment\": \"counting\", \"seed\": 8}")).get("provenance");
        assertThat(provenance.get("devices").toString()).isEqualTo("[\"cpu\"]");
        assertThat(provenance.get("dtype").asString()).isEqualTo("float32");
        assertThat(provenance.get("seed").asLong()).isEqualTo(8);
        assertThat(provenance.get("software")).hasSize(1);
        for (String version : List.of("kappa", "djl", "libtorch", "java", "platform")) {
            assertThat(provenance.at("/software/0/" + version).asString()).as(version).isNotBlank();
        }
    }

    @Test
    void onlyRunsThatHaveSucceededCanBeVerified() {
        try (Gate gate = Gate.shut()) {
            String busy = client.submit(gate.body());
            refused(busy, 409, "run_without_findings");
            gate.open();
            client.awaitEnd(busy);
        }
        refused(finished("""
                {"experiment": "counting", "parameters": {"trouble": "user_fault", "name": "verify"}}"""), 409, "run_without_findings");
        refused("unknown", 404, "unknown_run");
    }

    @Test
    void inputsThatAreNoLongerTheSameAreRefusedByName() {
        String first = finished("""
                {"experiment": "width_sweep", "blocks": 4, "parameters": {"model": "stories-neox",
                 "hook": "blocks.2.hook_resid_post", "saes": ["stories-l2-x1"], "corpus": "stories-samples",
                 "sequences": 8, "length": 8}}""");
        jdbc.sql("update run set provenance = replace(provenance, '\"sae:stories-l2-x1\":\"', '\"sae:stories-l2-x1\":\"0') where id = :run")
                .param("run", first)
                .update();
        assertThat(refused(first, 409, "inputs_changed")).contains("sae:stories-l2-x1").contains(first);
        jdbc.sql("update run set parameters = replace(parameters, 'stories-l2-x1', 'gone') where id = :run")
                .param("run", first)
                .update();
        assertThat(refused(first, 409, "not_measurable_here")).contains("'gone'");
    }

    private String finished(String body) {
        return client.finished(body).get("id").asString();
    }

    private JsonNode verified(String run) {
        Answer answer = client.post("/v1/runs/" + run + ":verify", "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        String id = answer.json().get("id").asString();
        assertThat(answer.header("Location")).isEqualTo("/v1/runs/" + id);
        JsonNode ended = client.awaitEnd(id);
        assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
        return ended;
    }

    private String refused(String run, int status, String code) {
        Answer answer = client.post("/v1/runs/" + run + ":verify", "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().get("code").asString()).isEqualTo(code);
        return answer.json().get("detail").asString();
    }

    private List<String> hashes(String run) {
        List<String> hashes = new ArrayList<>();
        client.get("/v1/runs/" + run + "/blocks").json().get("blocks").forEach(block ->
                hashes.add(block.get("tally_hash").asString()));
        return hashes;
    }
}
