package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SameOriginTest {
    private static final String BODY = "{\"experiment\": \"counting\"}";
    private final KappaServer server = KappaServer.shared();
    private final KappaClient client = server.client();

    @Test
    void anotherSiteCannotChangeAnything() {
        for (String[] header : new String[][] {
            {"Sec-Fetch-Site", "cross-site"},
            {"Sec-Fetch-Site", "same-site"},
            {"Origin", "https://evil.example"},
            {"Origin", "null"},
            {"Origin", "http://127.0.0.1:1"}
        }) {
            KappaClient.Answer answer =
                    client.send("POST", "/v1/runs", BODY, "Content-Type", "application/json", header[0], header[1]);
            assertThat(answer.status()).as(header[1]).isEqualTo(403);
            assertThat(answer.json().get("code").asString()).isEqualTo("cross_origin");
            assertThat(client.send("POST", "/models/model/stories-neox/unload", "", header).status()).isEqualTo(403);
            assertThat(client.get("/v1/runs", header).status()).isEqualTo(200);
        }
    }

    @Test
    void ownPagesAndShellsMayChangeThings() {
        for (String[] header : new String[][] {
            {"Sec-Fetch-Site", "same-origin"}, {"Origin", server.uri().toString()}, {"User-Agent", "curl"}
        }) {
            assertThat(client.send("POST", "/v1/runs", BODY, "Content-Type", "application/json", header[0], header[1])
                            .status())
                    .as(header[1])
                    .isEqualTo(202);
        }
    }

    @Test
    void aNameThatOnlyResolvesHereIsNotAnswered() throws IOException {
        assertThat(statusFor("evil.example")).contains(" 403 ");
        assertThat(statusFor("127.0.0.1.evil.example")).contains(" 403 ");
        assertThat(statusFor("localhost:80")).contains(" 200 ");
        assertThat(statusFor("[::1]")).contains(" 200 ");
    }

    /** The JDK's client does not let a Host be chosen. */
    private String statusFor(String host) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.uri().getPort())) {
            socket.getOutputStream()
                    .write(("GET /v1/runs HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().findFirst().orElse("");
        }
    }
}
