package dev.kappa.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.springframework.boot.convert.DurationStyle;
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

    static int within(String parameter, int value, int least, int most) {
        if (value < least || value > most) {
            throw invalid(parameter, Integer.toString(value), least + " to " + most);
        }
        return value;
    }

    /** Such as {@code 25s} or {@code 500ms}. */
    static Duration duration(String parameter, String value, Duration longest) {
        try {
            Duration duration = DurationStyle.SIMPLE.parse(value);
            if (!duration.isNegative() && duration.compareTo(longest) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Said below.
        }
        throw invalid(parameter, value, "0s to " + longest.toSeconds() + "s");
    }

    static ErrorResponseException unknown(String parameter, String accepted) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, "query parameter '" + parameter + "' is not known here; accepted: " + accepted);
        problem.setProperty("code", "unknown_query");
        return new ErrorResponseException(HttpStatus.BAD_REQUEST, problem, null);
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
