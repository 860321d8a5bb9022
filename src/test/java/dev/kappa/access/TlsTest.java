package dev.kappa.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** The properties of the README, over real HTTPS. */
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path folder = TestHomes.fresh();

    @Test
    void aServerWithACertificateSpeaksTlsAloneAndTakesANewCertificateWithoutARestart() throws Exception {
        X509Certificate first = install();
        try (KappaServer server = KappaServer.start(
                folder.resolve("home"),
                "spring.ssl.bundle.pem.web.keystore.certificate=file:" + folder.resolve("tls.crt"),
                "spring.ssl.bundle.pem.web.keystore.private-key=file:" + folder.resolve("tls.key"),
                "spring.ssl.bundle.pem.web.reload-on-update=true",
                "spring.ssl.bundle.watch.file.quiet-period=100ms",
                "server.ssl.bundle=web")) {
            int port = server.uri().getPort();
            HttpResponse<String> answer = get(port, "/v1/runs", first);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isIn("TLSv1.3", "TLSv1.2");
            assertThat(answer.headers().firstValue("Strict-Transport-Security").orElse("")).contains("max-age=");
            assertThat(client(first)
                            .send(
                                    HttpRequest.newBuilder(server.uri().resolve("/v1/runs")).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .as("without TLS")
                    .isEqualTo(400);

            String key = server.bean(Keys.class)
                    .create("of a test", Set.of(Scope.RUNS_READ), Optional.empty(), Actor.configuration())
                    .secret();
            HttpResponse<String> signedIn = client(first)
                    .send(
                            HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/sign-in"))
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(HttpRequest.BodyPublishers.ofString("key=" + key))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(signedIn.headers().firstValue("Set-Cookie").orElse("")).contains("Secure");

            X509Certificate second = install();
            await().atMost(Duration.ofSeconds(60)).ignoreExceptionsInstanceOf(SSLException.class).untilAsserted(() ->
                    assertThat(get(port, "/actuator/health", second).statusCode()).isEqualTo(200));
            assertThatThrownBy(() -> get(port, "/actuator/health", first)).isInstanceOf(SSLException.class);
        }
    }

    /** Makes a certificate for localhost and puts it and its key where the server reads them. */
    private X509Certificate install() throws Exception {
        Files.createDirectories(folder);
        Path store = folder.resolve("store.p12");
        Files.deleteIfExists(store);
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair", "-alias", "web", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2",
                        "-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12",
                        "-keystore", store.toString(), "-storepass", new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        X509Certificate certificate = (X509Certificate) keys.getCertificate("web");
        write("tls.key", "PRIVATE KEY", keys.getKey("web", PASSWORD).getEncoded());
        write("tls.crt", "CERTIFICATE", certificate.getEncoded());
        return certificate;
    }

    private void write(String name, String label, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                folder.resolve(name), "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    }

    private static HttpResponse<String> get(int port, String path, X509Certificate trusted) throws Exception {
        return client(trusted)
                .send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient client(X509Certificate trusted) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("server", trusted);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }
}
