package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
    private static final String BODY = "{\"experiment\": \"counting\", \"seed\": 5, \"labels\": {\"key\": \"%s\"}}";

    private final KappaClient client = KappaServer.shared().client();
    private final String key = UUID.randomUUID().toString();

    @Test
    void theSameRequestUnderTheSameKeyGivesTheSameRun() {
        KappaClient.Answer first = post(BODY.formatted(key));
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.header("Idempotency-Replayed")).isNull();
        String id = first.json().get("id").asString();
        client.awaitEnd(id);
        KappaClient.Answer again =
                post("{\"seed\":5, \"labels\": {\"key\": \"" + key + "\"},\n \"experiment\": \"counting\"}");
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.header("Location")).isEqualTo("/v1/runs/" + id);
        assertThat(again.json().get("state").asString()).isEqualTo("SUCCEEDED");
    }

    @Test
    void anotherRequestUnderTheSameKeyIsRefused() {
        String id = post(BODY.formatted(key)).json().get("id").asString();
        KappaClient.Answer other = post("{\"experiment\": \"counting\", \"seed\": 6}");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().get("code").asString()).isEqualTo("idempotency_key_reused");
        assertThat(other.json().get("detail").asString()).contains(id);
    }

    @Test
    void aRefusedRequestDoesNotUseItsKeyUp() {
        assertThat(post("{\"experiment\": \"nope\"}").status()).isEqualTo(422);
        assertThat(post(BODY.formatted(key)).status()).isEqualTo(202);
    }

    @Test
    void aKeyThatIsNoneIsRefused() {
        KappaClient.Answer answer = client.send(
                "POST", "/v1/runs", BODY, "Content-Type", "application/json", "Idempotency-Key", "x".repeat(256));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("code").asString()).isEqualTo("invalid_header");
    }

    @Test
    void aHundredEqualRequestsAtOnceMakeOneRun() throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(100);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<KappaClient.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(senders.submit(() -> {
                    start.await();
                    return post(BODY.formatted(key));
                }));
            }
            start.countDown();
            List<String> ids = new ArrayList<>();
            int replayed = 0;
            for (Future<KappaClient.Answer> answer : answers) {
                assertThat(answer.get().status()).as(answer.get().text()).isEqualTo(202);
                ids.add(answer.get().json().get("id").asString());
                replayed += answer.get().header("Idempotency-Replayed") == null ? 0 : 1;
            }
            assertThat(ids).containsOnly(ids.get(0));
            assertThat(replayed).isEqualTo(99);
            client.awaitEnd(ids.get(0));
            assertThat(client.get("/v1/runs?page_size=500").text().split("\"key\":\"" + key + "\"", -1)).hasSize(2);
        } finally {
            senders.shutdownNow();
        }
    }

    private KappaClient.Answer post(String body) {
        return client.send("POST", "/v1/runs", body, "Content-Type", "application/json", "Idempotency-Key", key);
    }
}
