package dev.kappa.access;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * How often one key or, where none is shown, one address may ask this server: a bucket of tokens for each. The
 * server of one person has no limit.
 */
final class RateLimit extends OncePerRequestFilter {
    /** Of those who came longest ago the bucket is forgotten, which fills it. */
    private static final int MOST_BUCKETS = 10_000;

    private final AccessSettings settings;
    private final Exposure exposure;
    private final HandlerExceptionResolver problems;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_BUCKETS;
        }
    };

    RateLimit(AccessSettings settings, Exposure exposure, HandlerExceptionResolver problems) {
        this.settings = settings;
        this.exposure = exposure;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return AccessConfiguration.PUBLIC.matches(request) || exposure.isLoopback() && isAnybody();
    }

    /** No keys are in force: {@link KeyAuthentication} has asked, and knows those without a key only then. */
    private static boolean isAnybody() {
        return Actor.current().filter(who -> who.key().isEmpty()).isPresent();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> key = Actor.current().flatMap(Actor::key);
        String who = key.map(id -> "key '" + id + "'").orElse("address '" + request.getRemoteAddr() + "'");
        ConsumptionProbe probe = bucket(who).tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            chain.doFilter(request, response);
        } else {
            problems.resolveException(request, response, null, refusal(who, probe.getNanosToWaitForRefill()));
        }
    }

    private synchronized Bucket bucket(String who) {
        return buckets.computeIfAbsent(who, any -> Bucket.builder()
                .addLimit(limit -> limit.capacity(settings.burst())
                        .refillGreedy(settings.requestsPerMinute(), Duration.ofMinutes(1)))
                .build());
    }

    private ErrorResponseException refusal(String who, long nanos) {
        ErrorResponseException refusal = Refusals.problem(
                HttpStatus.TOO_MANY_REQUESTS,
                "rate_limited",
                who + " has asked too often; accepted: " + settings.requestsPerMinute() + " requests a minute, "
                        + settings.burst() + " at once");
        refusal.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(1 + TimeUnit.NANOSECONDS.toSeconds(nanos)));
        return refusal;
    }
}
