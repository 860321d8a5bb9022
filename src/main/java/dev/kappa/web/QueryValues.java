package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
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
        return Refusal.of(
                HttpStatus.BAD_REQUEST,
                "unknown_query",
                "query parameter '" + parameter + "' is not known here; accepted: " + accepted);
    }

    static ErrorResponseException notAcceptable(List<MediaType> offered) {
        return Refusal.of(
                HttpStatus.NOT_ACCEPTABLE,
                "not_acceptable",
                "none of the types in Accept is offered; offered: " + offered);
    }

    static ErrorResponseException invalidHeader(String header, String value, String accepted) {
        return Refusal.of(
                HttpStatus.BAD_REQUEST,
                "invalid_header",
                "header '" + header + "' cannot be '" + value + "'; accepted: " + accepted);
    }

    static ErrorResponseException invalid(String parameter, String value, String accepted) {
        return Refusal.of(
                HttpStatus.BAD_REQUEST,
                "invalid_query",
                "query parameter '" + parameter + "' cannot be '" + value + "'; accepted: " + accepted);
    }
}
