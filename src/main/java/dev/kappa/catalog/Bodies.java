package dev.kappa.catalog;

import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import jakarta.validation.Validator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Bodies of requests as validated records; what does not fit is refused with its place. */
@Component
class Bodies {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** Faults that are about another field than the source. */
    private static final Map<String, String> POINTERS = Map.of("unknown_hook", "/hook", "unknown_corpus_kind", "/kind");

    private final Validator validator;

    Bodies(Validator validator) {
        this.validator = validator;
    }

    <T> T read(JsonNode body, Class<T> type) {
        T value = parse(body, type);
        List<Refusal.Place> places = validator.validate(value).stream()
                .map(violation -> {
                    String field = snakeCase(violation.getPropertyPath().toString());
                    Object given = violation.getInvalidValue();
                    return new Refusal.Place(
                            "/" + field,
                            given == null ? "missing" : "invalid_value",
                            (given == null ? field : field + " '" + given + "'") + " " + violation.getMessage());
                })
                .sorted((left, right) -> left.pointer().compareTo(right.pointer()))
                .toList();
        if (!places.isEmpty()) {
            throw Refusal.invalid(places);
        }
        return value;
    }

    /** Runs what a body asks for; a user fault about it is refused with the field that it is about. */
    static <T> T about(Supplier<T> action) {
        try {
            return action.get();
        } catch (Fault fault) {
            if (fault.category() != Category.USER) {
                throw fault;
            }
            throw Refusal.invalid(List.of(new Refusal.Place(
                    POINTERS.getOrDefault(fault.code(), "/source"), fault.code(), fault.getMessage())));
        }
    }

    private static <T> T parse(JsonNode body, Class<T> type) {
        if (!body.isObject()) {
            throw Refusal.invalid(List.of(new Refusal.Place("", "invalid_type", "the body must be an object")));
        }
        try {
            return STRICT.treeToValue(body, type);
        } catch (UnrecognizedPropertyException e) {
            throw Refusal.invalid(List.of(new Refusal.Place(
                    "/" + e.getPropertyName(),
                    "unknown_parameter",
                    "'" + e.getPropertyName() + "' is not known here; accepted: " + e.getKnownPropertyIds())));
        } catch (JacksonException e) {
            StringBuilder pointer = new StringBuilder();
            e.getPath().forEach(step -> pointer.append('/').append(step.getPropertyName()));
            throw Refusal.invalid(List.of(
                    new Refusal.Place(pointer.toString(), "invalid_type", e.getOriginalMessage())));
        }
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
