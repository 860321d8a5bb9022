package dev.kappa.web;

import java.util.Arrays;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** Values of query parameters. */
final class QueryValues {
    private QueryValues() {}

    /** A constant by its name, in any case. */
    static <E extends Enum<E>> E oneOf(Class<E> type, String parameter, String value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> invalid(
                        parameter, value, Arrays.toString(type.getEnumConstants())));
    }

    static ErrorResponseException notAcceptable(List<MediaType> offered) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.NOT_ACCEPTABLE, "none of the types in Accept is offered; offered: " + offered);
        return new ErrorResponseException(HttpStatus.NOT_ACCEPTABLE, problem, null);
    }

    static ErrorResponseException invalidHeader(String header, String value, String accepted) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, "header '" + header + "' cannot be '" + value + "'; accepted: " + accepted);
        problem.setProperty("code", "invalid_header");
        return new ErrorResponseException(HttpStatus.BAD_REQUEST, problem, null);
    }

    static ErrorResponseException invalid(String parameter, String value, String accepted) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST,
                "query parameter '" + parameter + "' cannot be '" + value + "'; accepted: " + accepted);
        problem.setProperty("code", "invalid_query");
        return new ErrorResponseException(HttpStatus.BAD_REQUEST, problem, null);
    }
}
