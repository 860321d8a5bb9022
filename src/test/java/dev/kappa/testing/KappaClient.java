package dev.kappa.testing;

import static org.awaitility.Awaitility.await;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to a server over HTTP, and holds its answers against the document of the interface. */
public final class KappaClient {
    private static final ObjectMapper JSON = JsonMapper.shared();
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Set<String> ENDS = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;
    private final String[] always;

    /** @param always headers of every request */
    public KappaClient(URI base, String... always) {
        this.base = base;
        this.always = always;
    }

    /** The same server, asked with a key. */
    public KappaClient withKey(String key) {
        return new KappaClient(base, "Authorization", "Bearer " + key);
    }

    /** What came back. */
    public record Answer(int status, java.net.http.HttpHeaders headers, String text) {
        public JsonNode json() {
            return JSON.readTree(text);
        }

        public String header(String name) {
            return headers.firstValue(name).orElse(null);
        }
    }

    public URI base() {
        return base;
    }

    public Answer get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    /** The body of an answer that must be 200, for what is no text. */
    public byte[] bytes(String path, String... headers) {
        HttpResponse<byte[]> response = exchange(request(path, headers).GET(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " answers " + new String(response.body(), StandardCharsets.UTF_8));
        }
        return response.body();
    }

    /** Sends a file. */
    public Answer upload(String path, String type, Path file) {
        try {
            return send(request(path, "Content-Type", type).POST(HttpRequest.BodyPublishers.ofFile(file)));
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Answer post(String path, String body) {
        return send(request(path, "Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Answer send(String method, String path, String body, String... headers) {
        return send(request(path, headers).method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Submits a run that must be accepted; its id. */
    public String submit(String body) {
        Answer answer = post("/v1/runs", body);
        if (answer.status() != 202) {
            throw new AssertionError("not accepted: " + answer);
        }
        return answer.json().get("id").asString();
    }

    /** Submits a run and waits until it has ended; the run. */
    public JsonNode finished(String body) {
        return awaitEnd(submit(body));
    }

    /** Submits a run and waits until it measures; its id. */
    public String running(String body) {
        String id = submit(body);
        awaitState(id, "RUNNING");
        return id;
    }

    public JsonNode run(String id) {
        return get("/v1/runs/" + id).json();
    }

    /** Waits until the run has ended. */
    public JsonNode awaitEnd(String id) {
        return awaitRun(id, run -> ENDS.contains(run.get("state").asString()));
    }

    public JsonNode awaitState(String id, String state) {
        return awaitRun(id, run -> run.get("state").asString().equals(state));
    }

    public JsonNode awaitRun(String id, Predicate<JsonNode> condition) {
        AtomicReference<JsonNode> last = new AtomicReference<>();
        await().atMost(LONGEST)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> {
                    last.set(run(id));
                    if (!condition.test(last.get())) {
                        throw new AssertionError("still " + last.get());
                    }
                });
        return last.get();
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(LONGEST);
        for (int i = 0; i < always.length; i += 2) {
            request.header(always[i], always[i + 1]);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    /** Every answer is one that the committed document of the interface allows for. */
    private static void check(HttpRequest request, Answer answer) {
        if (Boolean.getBoolean("kappa.openapi.write")) {
            return;
        }
        List<String> wrong = ApiDocument.committed().against(request.method(), request.uri().getPath(), answer);
        if (!wrong.isEmpty()) {
            throw new AssertionError(
                    "not as documented: " + request.method() + " " + request.uri() + " " + wrong + " " + answer);
        }
    }

    private Answer send(HttpRequest.Builder request) {
        HttpResponse<String> response = exchange(request, HttpResponse.BodyHandlers.ofString());
        Answer answer = new Answer(response.statusCode(), response.headers(), response.body());
        check(response.request(), answer);
        return answer;
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
        try {
            return http.send(request.build(), body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
