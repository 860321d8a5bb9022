package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PollingTest {
    private final KappaClient client = KappaServer.shared().client();

    @Test
    void anEndedRunIsNotSentAgain() {
        String path = "/v1/runs/" + client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(path.substring(9));
        KappaClient.Answer first = client.get(path);
        assertThat(first.header("ETag")).matches("\"[0-9a-f]{32}\"");
        assertThat(first.header("Retry-After")).isNull();
        KappaClient.Answer again = client.get(path, "If-None-Match", "\"other\", " + first.header("ETag"));
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.text()).isEmpty();
        assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
        client.send("PATCH", path, "{\"labels\": {\"a\": \"b\"}}", "Content-Type", "application/json");
        KappaClient.Answer changed = client.get(path, "If-None-Match", first.header("ETag"));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("ETag")).isNotEqualTo(first.header("ETag"));
    }

    @Test
    void aLongPollAnswersWhenTheRunHasEnded() {
        try (Gate gate = Gate.shut()) {
            String id = client.running(gate.body());
            assertThat(client.get("/v1/runs/" + id).header("Retry-After")).isEqualTo("1");
            CompletableFuture<KappaClient.Answer> poll =
                    CompletableFuture.supplyAsync(() -> client.get("/v1/runs/" + id + "?wait=50s"));
            KappaClient.Answer early = client.get("/v1/runs/" + id + "?wait=200ms");
            assertThat(early.json().get("state").asString()).isEqualTo("RUNNING");
            assertThat(poll).isNotDone();
            gate.open();
            KappaClient.Answer answer = poll.join();
            assertThat(answer.json().get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(answer.json().get("metrics")).hasSize(3);
        }
    }

    @Test
    void aLongPollWithAnETagAnswersWhenTheRunHasChanged() {
        try (Gate gate = Gate.shut()) {
            String busy = client.running(gate.body());
            String path = "/v1/runs/" + client.submit("{\"experiment\": \"counting\"}");
            String tag = client.get(path).header("ETag");
            assertThat(client.get(path + "?wait=300ms", "If-None-Match", tag).status()).isEqualTo(304);
            CompletableFuture<KappaClient.Answer> poll =
                    CompletableFuture.supplyAsync(() -> client.get(path + "?wait=50s", "If-None-Match", tag));
            gate.open();
            KappaClient.Answer answer = poll.join();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("ETag")).isNotEqualTo(tag);
            client.awaitEnd(path.substring(9));
        }
    }

    @Test
    void aWaitThatIsNoneIsRefused() {
        String path = "/v1/runs/" + client.submit("{\"experiment\": \"counting\"}");
        for (String wait : new String[] {"x", "61s", "-1s", ""}) {
            KappaClient.Answer answer = client.get(path + "?wait=" + wait);
            assertThat(answer.status()).as(wait).isEqualTo(400);
            assertThat(answer.json().get("code").asString()).isEqualTo("invalid_query");
        }
        assertThat(client.get("/v1/runs/nosuch?wait=1s").status()).isEqualTo(404);
    }
}
