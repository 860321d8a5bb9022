package dev.kappa.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.catalog.hub.FakeHub;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an attacker tries, over HTTP from outside: each attempt has its refusal, and the server goes on. */
class AttackTest {
    private static final String RUN = "{\"experiment\": \"counting\"}";

    private static KappaServer server;
    private static FakeHub hub;
    private static FakeHub inside;
    private static Path root;
    private static String secret;
    private static KappaClient all;
    private static KappaClient nobody;

    @BeforeAll
    static void start() throws IOException {
        root = Files.createDirectories(TestHomes.fresh().resolveSibling("sources")).toRealPath();
        hub = new FakeHub().with("config.json", "{}".getBytes(StandardCharsets.UTF_8)).with("model.safetensors", new byte[5000]);
        inside = new FakeHub();
        server = KappaServer.start(
                TestHomes.fresh(),
                "kappa.sources.roots=" + root,
                "kappa.hub.endpoint=" + hub.endpoint(),
                "kappa.limits.body-bytes=100KB",
                "server.tomcat.connection-timeout=2s");
        secret = key(Scope.values());
        nobody = server.client();
        all = nobody.withKey(secret);
    }

    @AfterAll
    static void stop() {
        server.close();
        hub.close();
        inside.close();
    }

    @AfterEach
    void theServerGoesOn() {
        assertThat(nobody.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(all.get("/v1/runs?page_size=1").status()).isEqualTo(200);
    }

    private static String key(Scope... scopes) {
        return server.bean(Keys.class)
                .create("of a test", Set.of(scopes), Optional.empty(), Actor.configuration())
                .secret();
    }

    /** Sends bytes as they are and reads until the server closes. */
    private static String raw(String request) {
        try (Socket socket = new Socket("127.0.0.1", server.uri().getPort())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String raw(String method, String target, String... headers) {
        String lines = String.join("", IntStream.range(0, headers.length)
                .mapToObj(i -> headers[i] + "\r\n")
                .toList());
        return raw(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + lines + "\r\n");
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    private static void assertRefused(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.json().get("code").asString()).isEqualTo(code);
        assertThat(answer.text()).doesNotContain("Exception").doesNotContain("\tat ").doesNotContain(".java");
    }

    // Past the door.

    @ParameterizedTest
    @CsvSource({
        "//v1/runs,                                400",
        "/v1//runs,                                400",
        "/v1/..;/v1/runs,                          400",
        "/v1/runs;x=y,                             400",
        "/actuator/health/..;/../v1/runs,          400",
        "/actuator/health/../../v1/runs,           400",
        "/page/../v1/runs,                         400",
        "/page/%2e%2e/v1/runs,                     400",
        "/v1/%2e/runs,                             400",
        "/page/..%2fv1/runs,                       400",
        "/page/%252e%252e/v1/runs,                 400",
        "/page/..%5cv1/runs,                       400",
        "/v1/runs%00,                              400",
        "/v1/runs%0a,                              400",
        "/v1/runs%,                                400",
        "/v1/runs/,                                401",
        "/V1/runs,                                 401",
        "/%76%31/runs,                             401",
        "/v1/runs?x=/actuator/health,              401",
        "/v1/runs/actuator/health,                 401",
        "/actuator,                                401",
        "/actuator/env,                            401",
        "/actuator/heapdump,                       401",
        "/error,                                   401",
    })
    void noWayOfWritingAnAddressLeadsPastTheKey(String target, int status) {
        String answer = raw("GET", target);
        assertThat(status(answer)).as(answer).isEqualTo(status);
        assertThat(answer).contains("application/problem+json").doesNotContain("\"runs\"").doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({"TRACE, 405", "CONNECT, 501", "GETT, 400", "get, 400", "PROPFIND, 400"})
    void oddMethodsAreRefused(String method, int status) {
        assertThat(status(raw(method, "/v1/runs", "Authorization: Bearer " + secret))).isEqualTo(status);
    }

    @Test
    void aMethodCannotBeOverridden() {
        String key = key(Scope.RUNS_READ);
        Answer header = nobody.withKey(key).send("POST", "/v1/runs", RUN, "X-HTTP-Method-Override", "GET");
        assertRefused(header, 403, "missing_scope");
        assertThat(nobody.withKey(key).get("/v1/models/stories-neox?_method=DELETE").status()).isEqualTo(200);
        assertThat(all.get("/v1/models/stories-neox").status()).isEqualTo(200);
    }

    @Test
    void onlyTheWholeKeyInItsPlaceOpens() {
        String basic = Base64.getEncoder().encodeToString(("kappa:" + secret).getBytes(StandardCharsets.UTF_8));
        for (String value : new String[] {
            "Bearer " + secret.toUpperCase(), "Bearer " + secret.toLowerCase(), "Bearer " + secret.substring(1),
            "Bearer " + secret + "x", "Bearer ", "Bearer", secret, "Basic " + basic, "Bearer " + secret + "," + secret,
            "Bearer kappa_", "Bearer ' or '1'='1", "Token " + secret, "Bearer null"
        }) {
            assertThat(nobody.get("/v1/runs", "Authorization", value).status()).as(value).isEqualTo(401);
        }
        for (String query : new String[] {"api_key", "access_token", "key", "token"}) {
            assertThat(nobody.get("/v1/runs?" + query + "=" + secret).status()).as(query).isEqualTo(401);
        }
        assertThat(nobody.get("/v1/runs", "X-API-Key", secret).status()).isEqualTo(401);
        assertThat(nobody.get("/v1/runs", "Cookie", SignIns.COOKIE + "=" + secret).status()).isEqualTo(401);
        assertThat(nobody.get("/v1/runs", "X-Forwarded-For", "127.0.0.1").status()).isEqualTo(401);
        assertThat(nobody.get("/v1/runs", "Authorization", "bearer " + secret).status()).as("RFC 6750").isEqualTo(200);
    }

    @Test
    void aKeyOpensNoMoreThanItsScopes() {
        KappaClient reader = nobody.withKey(key(Scope.RUNS_READ));
        KappaClient writer = nobody.withKey(key(Scope.RUNS_WRITE));
        assertRefused(reader.post("/v1/runs", RUN), 403, "missing_scope");
        assertRefused(reader.get("/v1/audit"), 403, "missing_scope");
        assertRefused(writer.post("/v1/models", "{}"), 403, "missing_scope");
        assertRefused(writer.send("DELETE", "/v1/models/stories-neox", ""), 403, "missing_scope");
        assertRefused(writer.get("/v1/runs"), 403, "missing_scope");
    }

    // Sizes and shapes.

    @Test
    void aHeaderThatIsTooLongIsRefused() {
        assertThat(status(raw("GET", "/v1/runs", "X-Long: " + "a".repeat(20_000)))).isEqualTo(400);
        assertThat(status(raw("GET", "/" + "a".repeat(20_000)))).isEqualTo(400);
        String many = IntStream.range(0, 300).mapToObj(i -> "X-" + i + ": x").collect(Collectors.joining("\r\n"));
        assertThat(status(raw("GET", "/v1/runs", many))).isEqualTo(400);
    }

    @Test
    void aBodyThatIsTooLongIsRefusedWhetherItSaysSoOrNot() {
        String body = "{\"experiment\": \"" + "a".repeat(200_000) + "\"}";
        assertRefused(all.post("/v1/runs", body), 413, "too_large");
        String chunk = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
        String answer = raw("POST /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer " + secret
                + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk);
        assertThat(status(answer)).as(answer).isEqualTo(413);
        assertThat(answer).contains("too_large");
    }

    @Test
    void aBodyThatNeverComesDoesNotHoldAThread() {
        String answer = raw("POST", "/v1/runs", "Authorization: Bearer " + secret, "Content-Type: application/json",
                "Content-Length: 100");
        assertThat(status(answer)).as(answer).isEqualTo(408);
        assertThat(answer).contains("application/problem+json");
        assertThat(raw("GET /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")).as("closed in silence").isEmpty();
    }

    @Test
    void twoLengthsOfOneBodyAreRefused() {
        String answer = raw("POST /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello");
        assertThat(status(answer)).isEqualTo(400);
        String smuggled = raw("POST /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\nGET /actuator/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        assertThat(smuggled.split("HTTP/1.1 ", -1)).as("one answer: " + smuggled).hasSize(2);
        assertThat(status(smuggled)).isIn(400, 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"experiment\": \"counting\", \"experiment\": \"jacobian_rank\"}",
        "{\"experiment\": \"counting\", \"parameters\": {\"draws\": 1, \"draws\": 2}}",
        "{\"experiment\": \"counting\", \"seed\": NaN}",
        "{\"experiment\": \"counting\"} {\"experiment\": \"counting\"}",
        "\u0000",
        "'x'",
    })
    void jsonThatCanBeReadInTwoWaysIsRefused(String body) {
        assertRefused(all.post("/v1/runs", body), 400, "malformed_json");
    }

    @Test
    void jsonBombsAreRefused() {
        assertRefused(all.post("/v1/runs", "[".repeat(50_000)), 400, "malformed_json");
        assertRefused(all.post("/v1/runs", "{\"a\":".repeat(5_000)), 400, "malformed_json");
        assertRefused(
                all.post("/v1/runs", "{\"experiment\": \"counting\", \"seed\": " + "9".repeat(50_000) + "}"),
                400,
                "malformed_json");
        String huge = "{\"experiment\": \"counting\", \"parameters\": {\"draws\": 1e999999999}}";
        assertRefused(all.post("/v1/runs", huge), 422, "invalid_value");
        String times = "{\"experiment\": \"counting\", \"parameters\": {\"times\": 1e999999999}}";
        assertRefused(all.post("/v1/runs", times), 422, "invalid_value");
        String wide = "{\"experiment\": \"counting\", \"labels\": {"
                + IntStream.range(0, 5_000).mapToObj(i -> "\"k" + i + "\": \"v\"").collect(Collectors.joining(",")) + "}}";
        assertRefused(all.post("/v1/runs", wide), 422, "invalid_value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "x"})
    void otherTypesThanJsonAreNotTakenForIt(String type) {
        Answer answer = all.send("POST", "/v1/runs", RUN, "Content-Type", type);
        assertThat(answer.status()).as(answer.text()).isEqualTo(415);
    }

    @Test
    void aCompressedBodyIsNotUnpacked() {
        Answer answer = all.send("POST", "/v1/runs", "\u001f\u008b", "Content-Type", "application/json", "Content-Encoding", "gzip");
        assertRefused(answer, 400, "malformed_json");
    }

    // Files.

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "/proc/self/environ", "/etc/nothing", "//etc/passwd", "/", "etc/passwd", "/dev/zero"})
    void filesOutsideTheRootsAreRefusedWhetherTheyExistOrNot(String path) {
        assertOutside("file:" + path);
    }

    @Test
    void noLinkAndNoDotLeadsOutOfTheRoots() throws IOException {
        Path outside = Files.createDirectories(Path.of(root + "-beside"));
        Files.writeString(outside.resolve("text.txt"), "secret");
        link(root.resolve("passwd"), Path.of("/etc/passwd"));
        link(root.resolve("etc"), Path.of("/etc"));
        link(root.resolve("dangling"), Path.of("/etc/nothing"));
        Path folder = Files.createDirectories(root.resolve("folder"));
        link(folder.resolve("text.txt"), outside.resolve("text.txt"));

        assertOutside("file:" + root + "/../sources-beside/text.txt");
        assertOutside("file:" + outside + "/text.txt");
        assertOutside("file:" + root + "/passwd");
        assertOutside("file:" + root + "/etc/hostname");
        assertOutside("file:" + root + "/etc/nothing");
        assertOutside("file:" + root + "/dangling");
        assertOutside("file:" + folder);
        assertRefused(register("file:" + root + "/missing.txt"), 422, "file_missing");

        Files.writeString(root.resolve("good.txt"), "Once upon a time.");
        assertThat(register("file:" + root + "/good.txt").status()).isEqualTo(201);
        assertThat(all.send("DELETE", "/v1/corpora/attack", "").status()).isEqualTo(204);
    }

    private static void link(Path from, Path to) throws IOException {
        Files.deleteIfExists(from);
        Files.createSymbolicLink(from, to);
    }

    private static void assertOutside(String source) {
        Answer answer = register(source);
        assertRefused(answer, 422, "source_outside_roots");
        assertThat(answer.text()).contains(root.toString()).contains("/source");
    }

    private static Answer register(String source) {
        return all.post("/v1/corpora", "{\"id\": \"attack\", \"source\": \"" + source + "\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "run:../../etc/passwd,         invalid_source",
        "run:x/../../etc,              invalid_source",
        "bundled:../../etc/passwd,     unknown_bundled",
        "http://169.254.169.254/,      invalid_source",
        "jar:file:/etc/passwd,         invalid_source",
    })
    void otherSourcesLeadOnlyWhereTheyMay(String source, String code) {
        assertRefused(register(source), 422, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/b", "..", "", "A", "a%2fb", "a\\nb", "<b>"})
    void idsThatCouldBePathsAreRefused(String id) {
        Answer answer = all.post("/v1/corpora", "{\"id\": \"" + id + "\", \"source\": \"bundled:stories-samples\"}");
        assertRefused(answer, 422, "invalid_value");
    }

    @Test
    void namesOfArtifactsAreNoPaths() {
        String run = all.submit(RUN);
        all.awaitEnd(run);
        assertThat(all.get("/v1/runs/" + run + "/artifacts/total/total.txt").status()).isEqualTo(200);
        for (String name : new String[] {
            "total/..%2f..%2ftotal.txt", "total/..%5ctotal.txt", "%2e%2e/total.txt", "total/%2e%2e", "../x/total.txt"
        }) {
            String answer = raw("GET", "/v1/runs/" + run + "/artifacts/" + name, "Authorization: Bearer " + secret);
            assertThat(status(answer)).as(name + answer).isEqualTo(400);
        }
        assertRefused(all.get("/v1/runs/" + run + "/artifacts/total/etc:passwd"), 404, "unknown_file");
    }

    @Test
    void aThousandRangesOfAFileAreRefused() {
        String run = all.submit(RUN);
        all.awaitEnd(run);
        String path = "/v1/runs/" + run + "/artifacts/total/total.txt";
        String ranges = IntStream.range(0, 1_000).mapToObj(i -> "0-").collect(Collectors.joining(","));
        for (String range : new String[] {ranges, "99999999999999999999-", "5-1"}) {
            String answer = raw("GET", path, "Authorization: Bearer " + secret, "Range: bytes=" + range);
            assertThat(status(answer)).as(range).isEqualTo(416);
            assertThat(answer.length()).isLessThan(1_500);
        }
    }

    // Other people's machines.

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "10.0.0.1", "localhost:1", "metadata.internal@127.0.0.1"})
    void aHubCannotSendTheServerIntoItsOwnNetwork(String host) {
        hub.renew().redirectsTo("http://" + host + "/latest/meta-data");
        assertDownloadRefused();
    }

    @Test
    void aHubCannotSendTheServerToAnotherPortOfItsMachine() {
        hub.renew().redirectsTo(inside.endpoint() + "/secret");
        assertDownloadRefused();
        assertThat(inside.requests()).isEmpty();
    }

    private static void assertDownloadRefused() {
        assertThat(all.post("/v1/models", "{\"id\": \"far\", \"source\": \"hf:lab/tiny\"}").status()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        all.get("/v1/models/far").json().at("/problem/code").asString())
                .isEqualTo("hub_redirect_refused"));
        assertThat(all.send("DELETE", "/v1/models/far", "").status()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf:../../x", "hf:a/b@../../c", "hf:evil.example:8080/a/b", "hf:a/b@main/../../c"})
    void aHubsReferenceNamesARepositoryAndNothingElse(String source) {
        Answer answer = all.post("/v1/models", "{\"id\": \"far\", \"source\": \"" + source + "\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    }

    // Other people's browsers.

    @ParameterizedTest
    @CsvSource({"Origin, https://evil.example", "Origin, null", "Sec-Fetch-Site, cross-site", "Sec-Fetch-Site, same-site"})
    void anotherSiteCannotActEvenWithAKey(String header, String value) {
        assertRefused(all.send("POST", "/v1/runs", RUN, "Content-Type", "application/json", header, value), 403, "cross_origin");
        assertRefused(nobody.send("POST", "/sign-in", "key=x", header, value), 403, "cross_origin");
    }

    @Test
    void noOtherSiteIsToldThatItMayAsk() {
        String preflight = raw("OPTIONS", "/v1/runs", "Authorization: Bearer " + secret, "Origin: https://evil.example",
                "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization");
        assertThat(preflight.toLowerCase()).contains("http/1.1 ").doesNotContain("access-control-allow");
        Answer read = all.get("/v1/runs", "Origin", "https://evil.example");
        assertThat(read.headers().map().keySet()).noneMatch(name -> name.toLowerCase().startsWith("access-control-"));
        assertThat(read.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "evil.example:80", "localhost.evil.example", ""})
    void aNameThatOnlyResolvesHereIsNotAnswered(String host) {
        String answer = raw("GET /actuator/health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        assertThat(status(answer)).as(answer).isEqualTo(403);
    }

    @Test
    void twoHostsAreOneTooMany() {
        assertThat(status(raw("GET", "/v1/runs", "Host: evil.example"))).isEqualTo(400);
    }

    @Test
    void whatUsersWriteIsTextOnPages() {
        String evil = "<script>alert(1)</script><img src=x onerror=alert(1)>";
        String run = all.submit("{\"experiment\": \"counting\", \"labels\": {\"a\": \"" + evil + "\"}}");
        String path = URLEncoder.encode("<img src=x onerror=alert(1)>", StandardCharsets.UTF_8).replace("+", "%20");
        for (Answer page : new Answer[] {
            all.get("/runs/" + run), all.get("/"), all.get("/runs/" + path), all.get("/sign-in?missing=" + path),
            all.get("/compare?runs=" + path), all.get("/new?experiment=" + path)
        }) {
            assertThat(page.text()).doesNotContain("<script>alert").doesNotContain("<img src=x");
        }
        assertThat(all.get("/runs/" + run).text()).contains("&lt;script&gt;");
        Answer error = all.get("/v1/runs/" + path);
        assertRefused(error, 404, "unknown_run");
        assertThat(error.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void everyAnswerTellsTheBrowserToTrustNothing() {
        for (String path : new String[] {"/", "/v1/runs", "/sign-in", "/page/kappa.js", "/v1/nothing", "/actuator/health"}) {
            Answer answer = all.get(path);
            assertThat(answer.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
            assertThat(answer.header("X-Frame-Options")).as(path).isEqualTo("DENY");
            assertThat(answer.header("Referrer-Policy")).as(path).isEqualTo("same-origin");
            assertThat(answer.header("Content-Security-Policy"))
                    .as(path)
                    .contains("frame-ancestors 'none'")
                    .contains("base-uri 'none'")
                    .doesNotContain("script-src 'unsafe-inline'");
            assertThat(answer.header("Server")).isNull();
            assertThat(answer.header("X-Powered-By")).isNull();
        }
    }

    // Other people's lines.

    @Test
    void noLineOfAHeaderComesFromARequest() {
        for (String target : new String[] {
            "/sign-in?to=/%0d%0aSet-Cookie:x=y", "/v1/runs?state=%0d%0aSet-Cookie:x=y", "/v1/runs/%0d%0aSet-Cookie:x=y",
            "/runs/x?a=%0d%0aSet-Cookie:x=y"
        }) {
            String answer = raw("GET", target, "Authorization: Bearer " + secret, "Accept: text/html");
            assertThat(answer.split("\r\n\r\n")[0].toLowerCase()).as(target).doesNotContain("set-cookie");
        }
        assertThat(nobody.get("/v1/runs", "X-Request-Id", "a b").header("X-Request-Id")).matches("[0-9a-f-]{36}");
        Answer signIn = nobody.send("POST", "/sign-in", "key=" + secret + "&to=%2f%0d%0aX-Evil:1",
                "Content-Type", "application/x-www-form-urlencoded");
        assertThat(signIn.header("X-Evil")).isNull();
        assertThat(signIn.header("Location")).endsWith("/");
        assertRefused(all.send("POST", "/v1/runs", RUN, "Content-Type", "application/json", "Idempotency-Key", "a\tb"), 400,
                "invalid_header");
    }

    @Test
    void sqlInAFilterIsAValueLikeAnyOther() {
        String injection = URLEncoder.encode("' or '1'='1'; drop table run; --", StandardCharsets.UTF_8);
        assertRefused(all.get("/v1/runs?state=" + injection), 400, "invalid_query");
        assertThat(all.get("/v1/runs?experiment=" + injection).json().get("runs")).isEmpty();
        assertThat(all.get("/v1/runs?page_token="
                                + Base64.getUrlEncoder().encodeToString("' or '1'='1".getBytes(StandardCharsets.UTF_8)))
                        .status())
                .isEqualTo(200);
        assertRefused(all.get("/v1/runs/" + injection), 400, "malformed_request");
        assertRefused(all.get("/v1/runs/" + injection.replace("%3B", "")), 404, "unknown_run");
        assertThat(all.get("/v1/runs?label.x=" + injection).json().get("runs")).isEmpty();
        assertRefused(all.get("/v1/audit?page_token=JyBvciAx"), 400, "invalid_query");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/runs?page_size=100000000,           400",
        "/v1/runs?page_size=-1,                  400",
        "/v1/runs?page_size=99999999999999999,   400",
        "/v1/runs/x?wait=99999999s,              400",
        "/v1/comparisons?runs=,                  400",
        "/v1/runs/x/blocks/-1/tally,             404",
    })
    void numbersBeyondTheirBoundsAreRefused(String path, int status) {
        Answer answer = all.get(path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    }

    @Test
    void whatACharacterCannotBeInTheDatabaseIsRefused() {
        Answer answer = all.post("/v1/runs", "{\"experiment\": \"counting\", \"labels\": {\"a\": \"x\\u0000y\"}}");
        assertRefused(answer, 422, "invalid_character");
    }
}
