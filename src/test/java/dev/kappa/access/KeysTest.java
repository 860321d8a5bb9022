package dev.kappa.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** A server with keys: what each scope lets do, how often, and what is recorded. */
class KeysTest {
    private static final String BOOTSTRAP = "0123456789abcdef0123456789abcdef";
    private static final String RUN = "{\"experiment\": \"counting\"}";

    private static KappaServer server;
    private static Keys keys;

    @BeforeAll
    static void start() {
        server = KappaServer.start(
                TestHomes.fresh(),
                "server.address=0.0.0.0",
                "kappa.access.bootstrap-key=" + BOOTSTRAP,
                "kappa.access.requests-per-minute=1",
                "kappa.access.burst=80",
                "kappa.access.runs-per-key=5");
        keys = server.bean(Keys.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String key(Scope... scopes) {
        return keys.create("of a test", Set.of(scopes), Optional.empty(), Actor.configuration()).secret();
    }

    private static KappaClient client(Scope... scopes) {
        return server.client().withKey(key(scopes));
    }

    @Test
    void withoutAKeyOnlyHealthAndNumbersAreToldAndWhatSignsIn() {
        KappaClient nobody = server.client();
        for (String open : List.of(
                "/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness", "/actuator/prometheus",
                "/page/kappa.css", "/sign-in")) {
            assertThat(nobody.get(open).status()).as(open).isEqualTo(200);
        }
        for (String closed : List.of("/v1/runs", "/v1/nothing", "/v1/openapi", "/v1/audit", "/", "/actuator/sbom", "/x")) {
            Answer answer = nobody.get(closed);
            assertThat(answer.status()).as(closed).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"kappa\"");
            assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
            assertThat(answer.json().get("code").asString()).isEqualTo("key_missing");
        }
        assertThat(nobody.post("/v1/runs", RUN).status()).isEqualTo(401);
    }

    /** Own addresses count apart. */
    @ParameterizedTest
    @CsvSource({
        "GET,    /v1/runs,                runs:read",
        "HEAD,   /v1/runs,                runs:read",
        "GET,    /,                       runs:read",
        "GET,    /actuator/sbom,          runs:read",
        "POST,   /v1/runs:plan,           runs:read",
        "POST,   /v1/runs,                runs:write",
        "POST,   /v1/runs/x:cancel,       runs:write",
        "PATCH,  /v1/runs/x,              runs:write",
        "POST,   /v1/runs/x:reanalyse,    runs:write",
        "POST,   /runs/x/cancel,          runs:write",
        "POST,   /new/counting,           runs:write",
        "POST,   /v1/models,              catalog:admin",
        "DELETE, /v1/saes/x,              catalog:admin",
        "POST,   /v1/corpora,             catalog:admin",
        "POST,   /v1/models/x:load,       catalog:admin",
        "POST,   /v1/saes/x:pin,          catalog:admin",
        "POST,   /models/model/x/load,    catalog:admin",
        "GET,    /v1/audit,               catalog:admin",
        "PUT,    /anything,               catalog:admin",
    })
    void eachRequestNeedsOneScopeAndNoOtherLetsItPass(String method, String path, String scope) {
        for (Scope has : Scope.values()) {
            Answer answer = client(has).send(method, path, "{}", "Content-Type", "application/json");
            if (has.label().equals(scope)) {
                assertThat(answer.status()).isNotIn(401, 403);
            } else {
                assertThat(answer.status()).as(has.label()).isEqualTo(403);
                assertThat(answer.header("WWW-Authenticate")).contains("scope=\"" + scope + "\"");
                if (!method.equals("HEAD")) {
                    assertThat(answer.json().get("code").asString()).isEqualTo("missing_scope");
                    assertThat(answer.json().get("detail").asString()).contains(scope).contains("of a test");
                }
            }
        }
    }

    @Test
    void aKeyEndsWhenItIsRevokedOrExpiresAndWithItTheBrowsersThatShowedIt() {
        Keys.Created created = keys.create("short", Set.of(Scope.RUNS_READ), Optional.empty(), Actor.configuration());
        KappaClient client = server.client().withKey(created.secret());
        Answer signedIn = signIn(created.secret(), "/");
        String cookie = signedIn.header("Set-Cookie").replaceFirst(";.*", "");
        assertThat(client.get("/v1/runs").status()).isEqualTo(200);
        assertThat(server.client().get("/v1/runs", "Cookie", cookie).status()).isEqualTo(200);

        keys.revoke(created.key().id(), Actor.configuration());
        assertThat(client.get("/v1/runs").json().get("code").asString()).isEqualTo("invalid_key");
        assertThat(client.get("/v1/runs").header("WWW-Authenticate")).contains("error=\"invalid_token\"");
        assertThat(server.client().get("/v1/runs", "Cookie", cookie).status()).isEqualTo(401);

        Keys.Created brief = keys.create(
                "brief", Set.of(Scope.RUNS_READ), Optional.of(Duration.ofDays(1)), Actor.configuration());
        assertThat(server.client().withKey(brief.secret()).get("/v1/runs").status()).isEqualTo(200);
        server.bean(JdbcClient.class)
                .sql("update api_key set expires_at = now() - interval '1 second' where id = :id")
                .param("id", brief.key().id())
                .update();
        assertThat(server.client().withKey(brief.secret()).get("/v1/runs").status()).isEqualTo(401);
    }

    @Test
    void whatIsStoredOpensNothing() {
        String secret = key(Scope.RUNS_READ);
        List<String> rows = server.bean(JdbcClient.class)
                .sql("select api_key::text from api_key")
                .query(String.class)
                .list();
        assertThat(rows).noneMatch(row -> row.contains(secret)).anyMatch(row -> row.contains(Secrets.hash(secret)));
        assertThat(server.client().withKey(Secrets.hash(secret)).get("/v1/runs").status()).isEqualTo(401);
    }

    @Test
    void aBrowserSignsInWithAKeyAndOut() {
        String secret = key(Scope.RUNS_READ);
        Answer sent = server.client().get("/runs/x?y=1", "Accept", "text/html");
        assertThat(sent.status()).isEqualTo(303);
        assertThat(sent.header("Location")).isEqualTo("/sign-in?to=%2Fruns%2Fx%3Fy%3D1");
        assertThat(signIn("kappa_wrong", "/").status()).isEqualTo(422);

        Answer signedIn = signIn(secret, "/models");
        assertThat(signedIn.status()).isEqualTo(302);
        assertThat(signedIn.header("Location")).endsWith("/models");
        assertThat(signedIn.header("Set-Cookie"))
                .contains("HttpOnly")
                .contains("SameSite=Strict")
                .contains("Path=/")
                .doesNotContain(secret);
        String cookie = signedIn.header("Set-Cookie").replaceFirst(";.*", "");
        Answer page = server.client().get("/", "Cookie", cookie, "Accept", "text/html");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("Sign out");
        Answer lacking = server.client()
                .send("POST", "/models/model/stories-neox/load", "", "Cookie", cookie, "Accept", "text/html");
        assertThat(lacking.header("Location")).isEqualTo("/sign-in?missing=catalog%3Aadmin");
        assertThat(server.client().get(lacking.header("Location")).text()).contains("has not the scope catalog:admin");

        server.client().send("POST", "/sign-out", "", "Cookie", cookie);
        assertThat(server.client().get("/v1/runs", "Cookie", cookie).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({"//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil", "javascript:alert(1)"})
    void signingInNeverLeadsElsewhere(String to) {
        assertThat(signIn(key(Scope.RUNS_READ), to).header("Location")).endsWith(server.uri().getPort() + "/");
    }

    private static Answer signIn(String secret, String to) {
        return server.client()
                .send(
                        "POST",
                        "/sign-in",
                        "key=" + secret + "&to=" + java.net.URLEncoder.encode(to, java.nio.charset.StandardCharsets.UTF_8),
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        // The address' own bucket is another test's.
                        "Authorization",
                        "Bearer " + secret);
    }

    @Test
    void theBootstrapKeyHasAllScopesAndCannotBeWeak() {
        KappaClient admin = server.client().withKey(BOOTSTRAP);
        assertThat(admin.get("/v1/runs").status()).isEqualTo(200);
        assertThat(admin.get("/v1/audit").status()).isEqualTo(200);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> keys.bootstrap("password")))
                .hasMessageContaining("at least 32")
                .hasMessageNotContaining("password");
    }

    @Test
    void beyondItsBurstAKeyIsToldWhenToComeAgain() {
        KappaClient client = client(Scope.RUNS_READ);
        KappaClient other = client(Scope.RUNS_READ);
        for (int i = 0; i < 80; i++) {
            assertThat(client.get("/v1/runs").status()).isEqualTo(200);
        }
        Answer answer = client.get("/v1/runs");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.json().get("code").asString()).isEqualTo("rate_limited");
        assertThat(answer.json().get("retryable").asBoolean()).isTrue();
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 61);
        assertThat(other.get("/v1/runs").status()).isEqualTo(200);
        assertThat(client.get("/actuator/health").status()).isEqualTo(200);
    }

    @Test
    void ofSixtyFourRequestsAtOnceAKeyGetsExactlyItsQuotaOfRuns() throws Exception {
        KappaClient client = client(Scope.RUNS_READ, Scope.RUNS_WRITE);
        KappaClient other = client(Scope.RUNS_WRITE);
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try (Gate gate = Gate.shut()) {
            List<Callable<Answer>> submissions = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                submissions.add(() -> client.post("/v1/runs", gate.body()));
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(submissions)) {
                answers.add(answer.get());
            }
            assertThat(answers.stream().collect(Collectors.groupingBy(Answer::status, Collectors.counting())))
                    .isEqualTo(Map.of(202, 5L, 429, 59L));
            assertThat(answers).filteredOn(answer -> answer.status() == 429).allSatisfy(answer -> {
                assertThat(answer.json().get("code").asString()).isEqualTo("quota_exceeded");
                assertThat(answer.json().get("detail").asString()).contains("at most 5");
                assertThat(answer.header("Retry-After")).isEqualTo("10");
            });
            assertThat(other.post("/v1/runs", gate.body()).status()).isEqualTo(202);

            String one = answers.stream().filter(answer -> answer.status() == 202).findFirst().orElseThrow()
                    .json().get("id").asString();
            client.send("POST", "/v1/runs/" + one + ":cancel", "");
            gate.open();
            client.awaitState(one, "CANCELLED");
            assertThat(client.post("/v1/runs", RUN).status()).isEqualTo(202);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void administrativeActsAreRecordedWithWhoAskedAndNobodyCanChangeThem() {
        Keys.Created created = keys.create("admin of a test", Scope.all(), Optional.empty(), Actor.configuration());
        KappaClient admin = server.client().withKey(created.secret());
        String run = admin.submit(RUN);
        admin.send("POST", "/v1/runs/" + run + ":cancel", "");
        assertThat(admin.send("POST", "/v1/models/stories-neox:load", "").status()).isEqualTo(200);
        admin.send("POST", "/v1/models/stories-neox:pin", "");
        admin.send("POST", "/v1/models/nowhere:load", "");
        admin.send("POST", "/models/model/stories-neox/unload", "");
        admin.post("/v1/saes", "{\"id\": \"mine\", \"source\": \"bundled:stories-l2-x1\"}");
        admin.post("/v1/saes", "{\"id\": \"mine\", \"source\": \"bundled:stories-l2-x1\"}");
        admin.send("DELETE", "/v1/saes/mine", "");
        admin.send("POST", "/models/register", "shelf=corpus&%2Fid=text&%2Fsource=bundled%3Astories-samples",
                "Content-Type", "application/x-www-form-urlencoded");
        keys.revoke(created.key().id(), Actor.configuration());

        KappaClient reader = client(Scope.CATALOG_ADMIN);
        List<String> acts = new ArrayList<>();
        for (JsonNode act : reader.get("/v1/audit?page_size=500").json().get("acts")) {
            if (act.path("key_id").asString("").equals(created.key().id())) {
                acts.add(act.get("act").asString() + " " + act.get("subject").asString());
                assertThat(act.get("actor").asString()).isEqualTo("admin of a test");
                assertThat(act.get("address").asString()).isEqualTo("127.0.0.1");
                assertThat(act.get("request_id").asString()).isNotBlank();
            } else if (act.get("subject").asString().contains(created.key().id())) {
                acts.add(act.get("act").asString());
            }
        }
        assertThat(acts)
                .containsExactly(
                        "key_revoke", "corpus_register text", "sae_delete mine", "sae_register mine", "model_unload stories-neox",
                        "model_pin stories-neox", "model_load stories-neox", "run_cancel " + run, "key_create");
        JsonNode first = reader.get("/v1/audit?page_size=1").json();
        JsonNode second = reader.get("/v1/audit?page_size=1&page_token=" + first.get("next_page_token").asString())
                .json();
        assertThat(second.at("/acts/0/id").asLong()).isEqualTo(first.at("/acts/0/id").asLong() - 1);

        JdbcClient jdbc = server.bean(JdbcClient.class);
        for (String change : List.of("update audit set actor = 'x'", "delete from audit", "truncate audit")) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> jdbc.sql(change).update()))
                    .hasMessageContaining("append-only");
        }
    }
}
