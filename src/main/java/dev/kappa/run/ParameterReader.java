package dev.kappa.run;

import dev.kappa.fault.Fault;
import dev.kappa.run.Rejection.Reason;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Reads JSON into validated records; what does not fit is rejected with its place. */
final class ParameterReader {
    private static final int LONGEST = 100;

    private final Validator validator;

    ParameterReader(Validator validator) {
        this.validator = validator;
    }

    /** @param base pointer of {@code json} in the request's body */
    <T> T read(JsonNode json, Class<T> type, String base) {
        requireFinite(json, base);
        T value;
        try {
            value = Json.STRICT.treeToValue(json, type);
        } catch (JacksonException e) {
            throw rejection(e, json, base);
        }
        if (value == null) {
            throw new Rejection(base, "invalid_type", "expected an object, found null");
        }
        List<Reason> reasons = validator.validate(value).stream()
                .map(violation -> reason(violation, base))
                .sorted(Comparator.comparing(Reason::pointer).thenComparing(Reason::detail))
                .toList();
        if (!reasons.isEmpty()) {
            throw new Rejection(reasons);
        }
        return value;
    }

    /** What is written as 1e999 would be read as infinite. */
    private static void requireFinite(JsonNode json, String pointer) {
        if (json.isFloatingPointNumber() && !Double.isFinite(json.asDouble())) {
            throw new Rejection(pointer, "invalid_value", "the number is too large; accepted: up to 1.8e308");
        }
        json.properties().forEach(entry -> requireFinite(entry.getValue(), pointer + "/" + escape(entry.getKey())));
        for (int i = 0; i < json.size() && json.isArray(); i++) {
            requireFinite(json.get(i), pointer + "/" + i);
        }
    }

    private static Rejection rejection(JacksonException e, JsonNode json, String base) {
        String pointer = base + pointer(e);
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof Fault fault) {
                return new Rejection(pointer, fault.code(), fault.getMessage());
            }
        }
        if (e instanceof UnrecognizedPropertyException unknown) {
            String accepted = unknown.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            return new Rejection(
                    pointer,
                    "unknown_parameter",
                    "'" + unknown.getPropertyName() + "' is not known here; accepted: " + accepted);
        }
        if (e instanceof InvalidFormatException format && format.getTargetType().isEnum()) {
            return new Rejection(
                    pointer,
                    "invalid_value",
                    "'" + format.getValue() + "' is not accepted; accepted: "
                            + String.join(", ", EnumNames.of(format.getTargetType())));
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            String found = abbreviate(json.at(pointer(e)).toString());
            return new Rejection(
                    pointer, "invalid_type", "expected " + JsonTypes.of(mismatch.getTargetType()) + ", found " + found);
        }
        return new Rejection(pointer, "invalid_type", e.getOriginalMessage());
    }

    private static String abbreviate(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    private static String pointer(JacksonException e) {
        StringBuilder pointer = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            pointer.append('/')
                    .append(
                            step.getPropertyName() == null
                                    ? Integer.toString(step.getIndex())
                                    : escape(step.getPropertyName()));
        }
        return pointer.toString();
    }

    private static Reason reason(ConstraintViolation<?> violation, String base) {
        StringBuilder pointer = new StringBuilder(base);
        for (Path.Node node : violation.getPropertyPath()) {
            if (node.isInIterable()) {
                pointer.append('/').append(node.getIndex() == null ? escape(String.valueOf(node.getKey())) : node.getIndex());
            }
            if (node.getName() != null && !node.getName().startsWith("<")) {
                pointer.append('/').append(SnakeCase.of(node.getName()));
            }
        }
        Object value = violation.getInvalidValue();
        return new Reason(
                pointer.toString(),
                value == null ? "missing" : "invalid_value",
                (value == null ? "" : "'" + value + "' ") + violation.getMessage());
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
