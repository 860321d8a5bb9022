package dev.kappa.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.catalog.hub.FakeHub;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a real process writes while it is used, well and badly, with everything of ours logged. */
class SecretsInLogTest {
    private static final String BOOTSTRAP = "bootstrap-bootstrap-bootstrap-bootstrap";
    private static final String HUB_TOKEN = "hf_tokentokentokentoken";
    private static final String PASSWORD = "database-password";

    @Test
    void noKeyTokenOrPasswordIsWrittenToTheLog() {
        KappaServer other = KappaServer.shared();
        JdbcClient jdbc = other.bean(JdbcClient.class);
        jdbc.sql("create role guest superuser login password '" + PASSWORD + "'").update();
        jdbc.sql("create database guest owner guest").update();
        String url = jdbc.sql("select 'jdbc:postgresql://127.0.0.1:' || inet_server_port() || '/guest'")
                .query(String.class)
                .single();
        FakeHub hub = new FakeHub().requires("another").with("config.json", new byte[10]);
        try (KappaProcess process = KappaProcess.start(
                TestHomes.fresh(),
                "--spring.datasource.url=" + url,
                "--spring.datasource.username=guest",
                "--spring.datasource.password=" + PASSWORD,
                "--kappa.access.bootstrap-key=" + BOOTSTRAP,
                "--HF_TOKEN=" + HUB_TOKEN,
                "--kappa.hub.endpoint=" + hub.endpoint(),
                "--logging.level.dev.kappa=trace",
                "--logging.level.org.springframework.security=debug",
                "--logging.level.org.springframework.web=debug")) {
            KappaClient nobody = process.client();
            KappaClient admin = nobody.withKey(BOOTSTRAP);
            String wrong = "kappa_wrong-wrong-wrong-wrong";
            nobody.withKey(wrong).get("/v1/runs");
            admin.post("/v1/runs", "{\"experiment\": ");
            admin.post("/v1/runs", "{\"experiment\": \"counting\", \"parameters\": {\"trouble\": \"exception\"}}");
            assertThat(admin.post("/v1/models", "{\"id\": \"far\", \"source\": \"hf:lab/tiny\"}").status()).isEqualTo(202);
            nobody.send("POST", "/sign-in", "key=" + wrong, "Content-Type", "application/x-www-form-urlencoded");
            var signedIn = nobody.send(
                    "POST", "/sign-in", "key=" + BOOTSTRAP, "Content-Type", "application/x-www-form-urlencoded");
            String cookie = signedIn.header("Set-Cookie").replaceFirst(";.*", "");
            assertThat(nobody.get("/", "Cookie", cookie).status()).isEqualTo(200);
            String token = cookie.substring(cookie.indexOf('=') + 1);
            await().untilAsserted(() -> assertThat(admin.get("/v1/models/far").text()).contains("hub_unauthorized"));
            assertThat(hub.requests())
                    .anySatisfy(request -> assertThat(request.authorization()).hasValue("Bearer " + HUB_TOKEN));

            String log = process.output();
            assertThat(log).contains("DEBUG");
            for (String secret : List.of(BOOTSTRAP, HUB_TOKEN, PASSWORD, wrong, token)) {
                assertThat(log).doesNotContain(secret);
            }
        } finally {
            hub.close();
        }
    }
}
