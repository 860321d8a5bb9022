package dev.kappa.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** What is said to whom is not let in: programs get a problem, people are asked to sign in. */
final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler, RequestRejectedHandler {
    private static final String CHALLENGE = "Bearer realm=\"kappa\"";

    private final HandlerExceptionResolver problems;

    Refusals(HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    /** Nobody known asks. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException e) {
        if (isPage(request)) {
            String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
            String here = request.getMethod().equals("GET") ? request.getRequestURI() + query : "/";
            signIn(request, response, "to=" + URLEncoder.encode(here, StandardCharsets.UTF_8));
            return;
        }
        boolean shown = KeyAuthentication.bearer(request).isPresent();
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, shown ? CHALLENGE + ", error=\"invalid_token\"" : CHALLENGE);
        refuse(request, response, HttpStatus.UNAUTHORIZED, shown ? "invalid_key" : "key_missing", shown
                ? "the key is not known, or was revoked, or has expired"
                : "a key is needed, as in 'Authorization: Bearer <key>'");
    }

    /** Somebody known may not do this. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException e) {
        String scopes = e instanceof AuthorizationDeniedException denied
                        && denied.getAuthorizationResult() instanceof AuthorityAuthorizationDecision decision
                ? decision.getAuthorities().stream()
                        .map(GrantedAuthority::getAuthority)
                        .collect(Collectors.joining(" "))
                : "";
        if (isPage(request)) {
            signIn(request, response, "missing=" + URLEncoder.encode(scopes, StandardCharsets.UTF_8));
            return;
        }
        response.setHeader(
                HttpHeaders.WWW_AUTHENTICATE, CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + scopes + "\"");
        String name = Actor.current().map(Actor::name).orElse("");
        refuse(request, response, HttpStatus.FORBIDDEN, "missing_scope",
                "the key '" + name + "' has not the scope " + scopes + " that this needs");
    }

    /** An address or header that is written to be read in two ways. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, RequestRejectedException e) {
        refuse(request, response, HttpStatus.BAD_REQUEST, "malformed_request",
                "the address, the method or a header has a form that is not accepted");
    }

    private void refuse(
            HttpServletRequest request, HttpServletResponse response, HttpStatus status, String code, String detail) {
        problems.resolveException(request, response, null, problem(status, code, detail));
    }

    static ErrorResponseException problem(HttpStatus status, String code, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code);
        return new ErrorResponseException(status, problem, null);
    }

    private static boolean isPage(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        String path = request.getRequestURI();
        return !path.startsWith("/v1")
                && !path.startsWith("/actuator")
                && (request.getHeader("HX-Request") != null || accept != null && accept.contains("text/html"));
    }

    /** A part of a page is not replaced by the page that asks for a key: the whole page is. */
    private static void signIn(HttpServletRequest request, HttpServletResponse response, String query) {
        if (request.getHeader("HX-Request") != null) {
            response.setHeader("HX-Redirect", "/sign-in");
            response.setStatus(HttpStatus.UNAUTHORIZED.value());
        } else {
            response.setHeader(HttpHeaders.LOCATION, "/sign-in?" + query);
            response.setStatus(HttpStatus.SEE_OTHER.value());
        }
    }
}
