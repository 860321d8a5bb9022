package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.Tasks.BlockId;
import dev.kappa.store.StoredTally;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** A run is cancelled over HTTP in each of its states; its blocks are moved by hand. */
class CancelTest {
    private final KappaServer server = KappaServer.shared();
    private final KappaClient client = server.client();
    private final BlockClaims claims = server.bean(BlockClaims.class);
    private final Rows rows = new Rows(server.bean(JdbcClient.class));

    @Test
    void aRunThatWaitsHasEndedAtOnceAndIsNotBegun() {
        String run = rows.run(RunState.QUEUED, 2);
        assertCancelled(cancel(run));
        assertThat(claims.claim(new BlockId(run, 0))).isEmpty();
        assertCancelled(client.run(run));
    }

    @ParameterizedTest
    @EnumSource(names = {"LOADING", "RUNNING"})
    void aRunWhoseBlocksAreBeingLoadedOrMeasuredEndsWhenTheyHaveStoppedHoweverOftenItIsCancelled(RunState state) {
        String run = rows.run(RunState.QUEUED, 2);
        Claim claim = claims.claim(new BlockId(run, 0)).orElseThrow();
        if (state == RunState.RUNNING) {
            claims.loaded(claim, "cpu");
        }
        assertThat(client.run(run).get("state").asString()).isEqualTo(state.name());
        assertThat(cancel(run).get("state").asString()).isEqualTo("CANCELLING");
        assertThat(cancel(run).get("state").asString()).as("CANCELLING again").isEqualTo("CANCELLING");
        assertThat(claims.report(claim, 0.5)).as("the worker is told at its next batch").isFalse();
        claims.handBack(claim, null);
        assertCancelled(client.run(run));
        assertThat(claims.claim(new BlockId(run, 1))).isEmpty();
    }

    @Test
    void aRunThatIsConcludedHasEndedAtOnceAndHasNoFindings() {
        String run = rows.run(RunState.QUEUED, 1);
        Claim claim = claims.claim(new BlockId(run, 0)).orElseThrow();
        claims.loaded(claim, "cpu");
        claims.close(claim, new StoredTally("ab", 8));
        assertThat(client.run(run).get("state").asString()).isEqualTo("CONCLUDING");
        assertCancelled(cancel(run));
        assertThat(client.run(run).has("metrics")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "FAILED", "CANCELLED"})
    void aRunThatHasEndedStaysAsItIs(RunState state) {
        String run = rows.run(state, 1);
        JsonNode before = client.run(run);
        assertThat(cancel(run).get("state").asString()).isEqualTo(state.name());
        assertThat(client.run(run)).isEqualTo(before);
    }

    private JsonNode cancel(String run) {
        KappaClient.Answer answer = client.post("/v1/runs/" + run + ":cancel", "");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    private static void assertCancelled(JsonNode run) {
        assertThat(run.get("state").asString()).isEqualTo("CANCELLED");
        assertThat(run.get("state_reason").asString()).isEqualTo("USER");
        assertThat(run.has("finished_at")).isTrue();
    }
}
