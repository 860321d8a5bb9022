package dev.kappa.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Finds out who asks: by {@code Authorization: Bearer <key>}, else by the cookie of a browser that signed in. Whoever
 * shows neither, or what is not valid, stays unknown; where no keys are in force, anybody has all scopes.
 */
final class KeyAuthentication extends OncePerRequestFilter {
    private static final String BEARER = "Bearer ";

    private final Keys keys;
    private final SignIns signIns;
    private final HandlerExceptionResolver problems;

    KeyAuthentication(Keys keys, SignIns signIns, HandlerExceptionResolver problems) {
        this.keys = keys;
        this.signIns = signIns;
        this.problems = problems;
    }

    /** What is open to all is answered without the database: a process is alive whatever that does. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return AccessConfiguration.PUBLIC.matches(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            authenticate(request)
                    .ifPresent(who -> SecurityContextHolder.setContext(new SecurityContextImpl(who)));
        } catch (DataAccessException | CannotCreateTransactionException e) {
            problems.resolveException(request, response, null, e);
            return;
        }
        chain.doFilter(request, response);
    }

    private Optional<Authentication> authenticate(HttpServletRequest request) {
        String address = request.getRemoteAddr();
        Optional<String> bearer = bearer(request);
        Optional<ApiKey> key = bearer.isPresent()
                ? bearer.flatMap(keys::find)
                : cookie(request).flatMap(signIns::find);
        if (key.isPresent()) {
            return key.map(found -> authentication(Actor.of(found, address), found.scopes()));
        }
        return keys.inForce() ? Optional.empty() : Optional.of(authentication(Actor.anybody(address), Scope.all()));
    }

    /** RFC 6750; the scheme's case does not matter, the key's does. */
    static Optional<String> bearer(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(header.substring(BEARER.length()).strip())
                : Optional.empty();
    }

    private static Optional<String> cookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return cookies == null
                ? Optional.empty()
                : Arrays.stream(cookies)
                        .filter(cookie -> cookie.getName().equals(SignIns.COOKIE))
                        .map(Cookie::getValue)
                        .findFirst();
    }

    private static Authentication authentication(Actor actor, Set<Scope> scopes) {
        return new PreAuthenticatedAuthenticationToken(
                actor,
                null,
                scopes.stream().map(Scope::label).map(SimpleGrantedAuthority::new).toList());
    }
}
