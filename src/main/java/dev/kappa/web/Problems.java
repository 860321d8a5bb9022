package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.limits.Characters;
import dev.kappa.run.Conflict;
import dev.kappa.run.Rejection;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;

/**
 * Every error as problem+json with {@code code}, {@code retryable}, {@code request_id} and, where there are
 * places in the body to point at, {@code errors}. Nobody outside sees a stack trace.
 */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class Problems extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String RETRY_SECONDS = "5";

    private static final Map<Integer, String> CODES = Map.of(
            400, "malformed_request",
            404, "not_found",
            405, "method_not_allowed",
            406, "not_acceptable",
            413, "too_large",
            415, "unsupported_media_type",
            422, "invalid_request",
            503, "unavailable");
    private static final Set<Integer> RETRYABLE = Set.of(429, 502, 503, 504);

    private final MeterRegistry meters;

    Problems(MeterRegistry meters) {
        this.meters = meters;
    }

    @ExceptionHandler
    ResponseEntity<Object> rejection(Rejection rejection, WebRequest request) {
        ProblemDetail problem = Refusal.of(
                        HttpStatus.UNPROCESSABLE_CONTENT, rejection.reasons().get(0).code(), rejection.getMessage())
                .getBody();
        problem.setProperty("errors", rejection.reasons());
        return answer(rejection, problem, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> conflict(Conflict conflict, WebRequest request) {
        return answer(conflict, HttpStatus.CONFLICT, conflict.code(), conflict.getMessage(), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> fault(Fault fault, WebRequest request) {
        if (fault.category() == Category.INTERNAL) {
            LOG.error("Request {} met a mistake of ours", RequestIds.current(), fault);
        }
        return answer(fault, status(fault.category()), fault.code(), fault.getMessage(), request);
    }

    @ExceptionHandler({
        TransientDataAccessException.class,
        NonTransientDataAccessResourceException.class,
        CannotCreateTransactionException.class
    })
    ResponseEntity<Object> database(Exception e, WebRequest request) {
        LOG.error("Request {} could not use the database", RequestIds.current(), e);
        return answer(
                e, HttpStatus.SERVICE_UNAVAILABLE, "database_unavailable", "the database does not answer", request);
    }

    /** Such as a parameter without a name or with an unassigned character in it, found when one is first asked for. */
    @ExceptionHandler({InvalidParameterException.class, RequestRejectedException.class})
    ResponseEntity<Object> query(RuntimeException e, WebRequest request) {
        return answer(
                e,
                HttpStatus.BAD_REQUEST,
                "malformed_request",
                "the query or a header cannot be read; accepted: name=value&… of assigned characters",
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> characters(DataIntegrityViolationException e, WebRequest request) {
        return Characters.refusedBy(e)
                ? answer(e, HttpStatus.UNPROCESSABLE_CONTENT, "invalid_character", Characters.REASON, request)
                : unexpected(e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception e, WebRequest request) {
        LOG.error("Request {} failed", RequestIds.current(), e);
        return answer(
                e,
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal_error",
                "something went wrong here; the log has it under the request id",
                request);
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String why = e.getMostSpecificCause() instanceof JacksonException json
                ? json.getOriginalMessage() + (json.getLocation() == null
                        ? ""
                        : " (line " + json.getLocation().getLineNr() + ", column "
                                + json.getLocation().getColumnNr() + ")")
                : "it is empty or cannot be read";
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, "the body is not JSON: " + why);
        problem.setProperty("code", "malformed_json");
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    @Override
    protected ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemDetail problem =
                ProblemDetail.forStatusAndDetail(status, "there is nothing at '" + path(request) + "'");
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    private static String path(WebRequest request) {
        return ((ServletWebRequest) request).getRequest().getRequestURI();
    }

    private ResponseEntity<Object> answer(
            Exception e, HttpStatus status, String code, String detail, WebRequest request) {
        return answer(e, Refusal.of(status, code, detail).getBody(), request);
    }

    private ResponseEntity<Object> answer(Exception e, ProblemDetail problem, WebRequest request) {
        return handleExceptionInternal(
                e, problem, new HttpHeaders(), HttpStatusCode.valueOf(problem.getStatus()), request);
    }

    @Override
    protected ResponseEntity<Object> createResponseEntity(
            Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpHeaders all = new HttpHeaders(headers);
        if (body instanceof ProblemDetail problem) {
            complete(problem);
            count(problem, request);
            if (status.value() == 503 && !all.containsHeader(HttpHeaders.RETRY_AFTER)) {
                all.set(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
            }
        }
        return super.createResponseEntity(body, all, status, request);
    }

    /** Runs that were not accepted, by reason. */
    private void count(ProblemDetail problem, WebRequest request) {
        HttpServletRequest http = ((ServletWebRequest) request).getRequest();
        if (http.getMethod().equals("POST") && http.getRequestURI().equals("/v1/runs")) {
            meters.counter("kappa.rejections", "reason", String.valueOf(problem.getProperties().get("code")))
                    .increment();
        }
    }

    /** Adds what every problem has. */
    static void complete(ProblemDetail problem) {
        Map<String, Object> properties = problem.getProperties();
        String code = properties == null ? null : (String) properties.get("code");
        if (code == null) {
            code = CODES.getOrDefault(problem.getStatus(), problem.getStatus() < 500 ? "bad_request" : "internal_error");
            problem.setProperty("code", code);
        }
        problem.setType(URI.create("urn:kappa:problem:" + code));
        problem.setProperty("retryable", RETRYABLE.contains(problem.getStatus()));
        problem.setProperty("request_id", RequestIds.current());
    }

    private static HttpStatus status(Category category) {
        return switch (category) {
            case USER -> HttpStatus.UNPROCESSABLE_CONTENT;
            case RESOURCES -> HttpStatus.SERVICE_UNAVAILABLE;
            case EXTERNAL -> HttpStatus.BAD_GATEWAY;
            case INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }
}
