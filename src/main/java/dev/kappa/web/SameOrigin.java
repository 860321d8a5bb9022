package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Keeps other sites from acting through a user's browser, whose cookie is sent from our own pages alone
 * ({@code SameSite=Strict}); a token in each form would protect nothing that this does not:
 *
 * <ol>
 *   <li>A request that changes something is refused where the browser says that another origin made it, by
 *       {@code Sec-Fetch-Site} or by an {@code Origin} that is not the host asked. Browsers send one of them with
 *       every such request and pages cannot change them; scripts and shells send neither and are let through.
 *   <li>A server that listens on loopback only, or is open without keys, answers to an address, to
 *       {@code localhost} and to the names in {@code kappa.hosts}: another site's name that resolves to this machine would else be its own origin (DNS
 *       rebinding).
 * </ol>
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
class SameOrigin extends OncePerRequestFilter {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Set<String> OURS = Set.of("same-origin", "none");
    private static final Pattern ADDRESS_OR_LOCALHOST =
            Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+]|([a-z0-9-]+\\.)*localhost)(:\\d+)?", Pattern.CASE_INSENSITIVE);

    private final HandlerExceptionResolver problems;
    private final boolean trusting;
    private final Set<String> hosts;

    SameOrigin(
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems,
            ServerProperties server,
            @Value("${kappa.hosts:}") Set<String> hosts,
            @Value("${kappa.access.open:false}") boolean open) {
        this.problems = problems;
        InetAddress address = server.getAddress();
        this.trusting = open || address != null && address.isLoopbackAddress();
        this.hosts = hosts;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String host = request.getHeader("Host");
        if (trusting && host != null && !isOurs(host)) {
            refuse(request, response, "unknown_host", "this server does not answer to the name '" + host
                    + "'; accepted: an address, localhost, and the names in kappa.hosts");
        } else if (!READING.contains(request.getMethod()) && isForeign(request, host)) {
            refuse(request, response, "cross_origin", "another site made this request");
        } else {
            chain.doFilter(request, response);
        }
    }

    private boolean isOurs(String host) {
        return ADDRESS_OR_LOCALHOST.matcher(host).matches() || hosts.contains(host.replaceFirst(":\\d+$", ""));
    }

    private static boolean isForeign(HttpServletRequest request, String host) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !OURS.contains(site);
        }
        String origin = request.getHeader("Origin");
        return origin != null && !authority(origin).equalsIgnoreCase(host);
    }

    private static String authority(String origin) {
        try {
            String authority = URI.create(origin).getAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, String code, String detail) {
        problems.resolveException(request, response, null, Refusal.of(HttpStatus.FORBIDDEN, code, detail));
    }
}
