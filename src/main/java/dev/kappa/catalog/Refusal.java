package dev.kappa.catalog;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** Answers whose status says more than a fault's category. */
public final class Refusal {
    private Refusal() {}

    /** @param code stable */
    public static ErrorResponseException of(HttpStatus status, String code, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code);
        return new ErrorResponseException(status, problem, null);
    }

    /** 404: the thing that the address names is not there. */
    public static ErrorResponseException notFound(String code, String detail) {
        return of(HttpStatus.NOT_FOUND, code, detail);
    }

    /** 409: the thing is in a state that does not allow it. */
    public static ErrorResponseException conflict(String code, String detail) {
        return of(HttpStatus.CONFLICT, code, detail);
    }

    /** 400: a query parameter has a value that it cannot have. */
    static ErrorResponseException query(String detail) {
        return of(HttpStatus.BAD_REQUEST, "invalid_query", detail);
    }

    /** 422: each reason with its place in the body. */
    static ErrorResponseException invalid(List<Place> places) {
        Place first = places.get(0);
        ErrorResponseException refusal = of(HttpStatus.UNPROCESSABLE_CONTENT, first.code(), first.detail());
        refusal.getBody().setProperty("errors", places);
        return refusal;
    }

    /** The reasons of a refusal; one without a place where it has no others. */
    @SuppressWarnings("unchecked")
    static List<Place> places(ErrorResponseException refusal) {
        ProblemDetail problem = refusal.getBody();
        Object errors = problem.getProperties().get("errors");
        return errors != null
                ? (List<Place>) errors
                : List.of(new Place("", (String) problem.getProperties().get("code"), problem.getDetail()));
    }

    /**
     * A place in a body.
     *
     * @param pointer JSON pointer
     */
    public record Place(String pointer, String code, String detail) {}
}
