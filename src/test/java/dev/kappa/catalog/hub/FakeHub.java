package dev.kappa.catalog.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A hub with one repository, {@code lab/tiny}, and a store of another origin that large files are redirected to.
 * It does what the real one does, and on request what it does on a bad day.
 */
public final class FakeHub implements AutoCloseable {
    public static final String REPOSITORY = "lab/tiny";
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final int LARGE = 1000;
    private static final int PAGE = 3;

    /** A request as it arrived. */
    public record Request(String path, Optional<String> authorization, Optional<String> range, boolean atStore) {}

    /** What a transfer of the store does. */
    public enum Manner {
        WELL,
        /** Promises the whole and closes the connection half way. */
        TRUNCATE,
        /** Sends half and then nothing until {@link #release}. */
        STALL,
        /** Sends all again whatever range is asked for. */
        IGNORE_RANGE,
        /** One byte is wrong. */
        CORRUPT
    }

    private final HttpServer hub = server();
    private final HttpServer store = server();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<Manner> manners = Collections.synchronizedList(new ArrayList<>());
    private volatile String commit = COMMIT;
    private volatile int status;
    private volatile int statuses;
    private volatile String retryAfter = "0";
    private volatile String requiredToken = "";
    private volatile String redirect = "";

    public FakeHub() {
        hub.createContext("/api/models/" + REPOSITORY + "/revision/", guarded(this::revision));
        hub.createContext("/api/models/" + REPOSITORY + "/tree/", guarded(this::tree));
        hub.createContext("/" + REPOSITORY + "/resolve/", guarded(this::resolve));
        store.createContext("/", exchange -> {
            record(exchange, true);
            send(exchange, file(exchange.getRequestURI().getPath().substring(1)), nextManner());
        });
        for (HttpServer server : List.of(hub, store)) {
            server.setExecutor(threads);
            server.start();
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    /** Host and port of the store, as {@code kappa.hub.hosts} has them. */
    public String storeHost() {
        return "127.0.0.1:" + store.getAddress().getPort();
    }

    public FakeHub with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    /** Another commit with the same files, so that nothing of it has been downloaded; forgets all requests. */
    public FakeHub renew() {
        commit = hash("SHA-1", commit.getBytes(StandardCharsets.US_ASCII));
        requests.clear();
        manners.clear();
        return this;
    }

    public String commit() {
        return commit;
    }

    /** The next transfers of large files; those after them go well. */
    public FakeHub transfers(Manner... next) {
        manners.addAll(Arrays.asList(next));
        return this;
    }

    /** Answers the next {@code count} requests to the hub with a status. */
    public FakeHub answers(int newStatus, int count, String newRetryAfter) {
        status = newStatus;
        retryAfter = newRetryAfter;
        statuses = count;
        return this;
    }

    public FakeHub requires(String token) {
        requiredToken = token;
        return this;
    }

    /** Sends large files to another address than the store. */
    public FakeHub redirectsTo(String address) {
        redirect = address;
        return this;
    }

    public void release() {
        released.countDown();
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public List<Request> requestsTo(String file) {
        return requests().stream().filter(request -> request.path().endsWith(file)).toList();
    }

    @Override
    public void close() {
        release();
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private com.sun.net.httpserver.HttpHandler guarded(Handler handler) {
        return exchange -> {
            record(exchange, false);
            if (statuses > 0) {
                statuses--;
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
                answer(exchange, status, "{}");
            } else if (!requiredToken.isEmpty()
                    && !("Bearer " + requiredToken).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                answer(exchange, 401, "{}");
            } else {
                handler.handle(exchange);
            }
        };
    }

    private void revision(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean known = path.endsWith("/main") || path.endsWith("/" + commit);
        answer(exchange, known ? 200 : 404, "{\"id\": \"" + REPOSITORY + "\", \"sha\": \"" + commit + "\"}");
    }

    private void tree(HttpExchange exchange) throws IOException {
        String folder = exchange.getRequestURI().getPath().replaceFirst(".*/tree/" + commit + "/?", "");
        List<String> listed = files.keySet().stream()
                .filter(path -> folder.isEmpty() || path.startsWith(folder + "/"))
                .toList();
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        int from = query.contains("cursor=") ? Integer.parseInt(query.replaceAll(".*cursor=(\\d+).*", "$1")) : 0;
        int to = Math.min(listed.size(), from + PAGE);
        if (to < listed.size()) {
            exchange.getResponseHeaders()
                    .set("Link", "<" + endpoint() + exchange.getRequestURI().getPath() + "?recursive=true&cursor=" + to
                            + ">; rel=\"next\"");
        }
        answer(exchange, listed.isEmpty() ? 404 : 200, listed.subList(from, to).stream()
                .map(this::entry)
                .collect(Collectors.joining(", ", "[{\"type\": \"directory\", \"path\": \"x\", \"size\": 0}, ", "]")));
    }

    private String entry(String path) {
        byte[] content = files.get(path);
        String blob = hash("SHA-1", ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII), content);
        String large = content.length < LARGE
                ? ""
                : ", \"lfs\": {\"oid\": \"%s\", \"size\": %d}".formatted(hash("SHA-256", content), content.length);
        return "{\"type\": \"file\", \"path\": \"%s\", \"size\": %d, \"oid\": \"%s\"%s}"
                .formatted(path, content.length, blob, large);
    }

    private void resolve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().split("/resolve/" + commit + "/")[1];
        byte[] content = file(path);
        if (content.length < LARGE) {
            send(exchange, content, Manner.WELL);
            return;
        }
        String address = redirect.isEmpty() ? "http://" + storeHost() + "/" + path : redirect;
        exchange.getResponseHeaders().set("Location", address);
        answer(exchange, 302, "");
    }

    private void send(HttpExchange exchange, byte[] content, Manner manner) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null || manner == Manner.IGNORE_RANGE
                ? 0
                : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        byte[] body = Arrays.copyOfRange(content, from, content.length);
        if (manner == Manner.CORRUPT) {
            body[body.length / 2] ^= 1;
        }
        exchange.getResponseHeaders().set("ETag", "\"" + hash("SHA-256", content) + "\"");
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length);
        OutputStream out = exchange.getResponseBody();
        if (manner == Manner.TRUNCATE || manner == Manner.STALL) {
            out.write(body, 0, body.length / 2);
            out.flush();
            if (manner == Manner.STALL) {
                await();
            }
            // Closing an exchange whose body is not complete closes the connection.
            exchange.close();
            return;
        }
        out.write(body);
        exchange.close();
    }

    private void await() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Manner nextManner() {
        synchronized (manners) {
            return manners.isEmpty() ? Manner.WELL : manners.remove(0);
        }
    }

    private byte[] file(String path) {
        return files.get(path);
    }

    private void record(HttpExchange exchange, boolean atStore) {
        requests.add(new Request(
                exchange.getRequestURI().getPath(),
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")),
                atStore));
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String hash(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
