package dev.kappa.catalog.hub;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * GET with redirects followed by hand: the client of the JDK would take the token along to another origin. Whatever
 * a hub says, nothing is asked but the endpoint, the hosts listed beside it, and public addresses over TLS.
 * What a status means for the user is said here once.
 */
final class HubHttp {
    private static final int MOST_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Duration CONNECT = Duration.ofSeconds(20);

    private final HubSettings settings;

    /** Made when a hub is first asked: most servers never ask one, and certificates are read for it. */
    private static final class Client {
        static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .build();
    }

    HubHttp(HubSettings settings) {
        this.settings = settings;
    }

    /** An answer with a status below 300, or 416; its body must be closed. */
    record Answer(int status, HttpHeaders headers, InputStream body) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    /** It may go better in a moment. */
    static final class Temporary extends IOException {
        private static final long serialVersionUID = 1L;

        final transient Duration wait;

        Temporary(String message, Duration wait) {
            super(message);
            this.wait = wait;
        }
    }

    /**
     * Gets an address of the hub.
     *
     * @param what names it in messages
     * @throws Temporary where the hub is busy
     * @throws IOException where the connection fails
     */
    Answer get(URI address, String what, Map<String, String> headers) throws IOException {
        URI at = address;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            requireAllowed(at, what);
            HttpResponse<InputStream> response = send(at, headers);
            int status = response.statusCode();
            if (!REDIRECTS.contains(status)) {
                if (status < 300 || status == 416) {
                    return new Answer(status, response.headers(), response.body());
                }
                response.body().close();
                throw refusal(response, what);
            }
            response.body().close();
            at = target(at, response, what);
        }
        throw Fault.external("hub_malformed", what + " was redirected more than " + MOST_REDIRECTS + " times", null);
    }

    private void requireAllowed(URI at, String what) {
        boolean listed = sameOrigin(at, settings.endpoint())
                || settings.hosts().contains(at.getHost())
                || settings.hosts().contains(at.getHost() + ":" + port(at));
        if (!listed && !("https".equals(at.getScheme()) && PublicAddresses.only(at.getHost()))) {
            throw Fault.external(
                    "hub_redirect_refused",
                    what + " was sent on to " + at.getScheme() + "://" + at.getRawAuthority()
                            + "; accepted: " + settings.endpoint() + ", public hosts over https, and those in kappa.hub.hosts: "
                            + settings.hosts(),
                    null);
        }
    }

    private HttpResponse<InputStream> send(URI address, Map<String, String> headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(settings.idle())
                .header("User-Agent", "kappa")
                .GET();
        headers.forEach(request::header);
        if (sameOrigin(address, settings.endpoint())) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        try {
            return Client.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubProgress.Cancelled();
        }
    }

    private static URI target(URI from, HttpResponse<InputStream> response, String what) {
        URI to = response.headers()
                .firstValue("Location")
                .map(HubHttp::encoded)
                .map(from::resolve)
                .orElseThrow(() ->
                        Fault.external("hub_malformed", what + " was redirected without an address", null));
        boolean downgrade = "https".equals(from.getScheme()) && !"https".equals(to.getScheme());
        if (downgrade || to.getHost() == null || !Set.of("http", "https").contains(String.valueOf(to.getScheme()))) {
            throw Fault.external("hub_malformed", what + " was redirected from " + from.getScheme() + " to " + to, null);
        }
        return to;
    }

    private static URI encoded(String location) {
        return URI.create(location.replace(" ", "%20"));
    }

    static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /** A fault for a status that stays, an exception for one that may pass. */
    private RuntimeException refusal(HttpResponse<InputStream> response, String what) throws Temporary {
        int status = response.statusCode();
        String token = settings.token().isPresent() ? "the token in HF_TOKEN" : "no token, because HF_TOKEN is not set";
        return switch (status) {
            case 401 -> Fault.user("hub_unauthorized", what + " needs a token that may read it; sent was " + token);
            case 403 -> Fault.user(
                    "hub_forbidden",
                    what + " is gated: accept its licence on " + settings.endpoint() + " with the account of the token;"
                            + " sent was " + token);
            case 404, 410 -> Fault.user("hub_not_found", what + " does not exist on " + settings.endpoint());
            case 429 -> throw new Temporary(what + ": the hub limits the rate of requests", retryAfter(response));
            default -> {
                if (status >= 500) {
                    throw new Temporary(what + ": the hub answers " + status, retryAfter(response));
                }
                yield Fault.external("hub_refused", what + ": the hub answers " + status, null);
            }
        };
    }

    private static Duration retryAfter(HttpResponse<InputStream> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO;
    }
}
