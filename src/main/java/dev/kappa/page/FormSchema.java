package dev.kappa.page;

import dev.kappa.page.Field.Input;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/** Makes the fields of a form from a JSON schema of parameters. */
final class FormSchema {
    private static final Map<String, String> SUGGESTIONS =
            Map.of("model", "models", "sae", "saes", "saes", "saes", "corpus", "corpora");

    /** The text in a field: by its pointer and how it is entered. */
    interface Values extends BiFunction<String, JsonNode, String> {
        /** As a request says it. */
        static Values of(JsonNode request) {
            return (pointer, schema) -> FormValues.text(request.at(pointer), schema);
        }

        /** As it was sent, by pointer. */
        static Values of(Map<String, String> texts) {
            return (pointer, schema) -> texts.getOrDefault(pointer, "");
        }
    }

    private FormSchema() {}

    /** How a value of a schema is entered. */
    static Input input(JsonNode schema) {
        if (schema.has("enum")) {
            return Input.CHOICE;
        }
        return switch (schema.path("type").asString("")) {
            case "boolean" -> Input.CHOICE;
            case "integer", "number" -> Input.NUMBER;
            case "string" -> Input.TEXT;
            case "object" -> schema.has("properties") ? Input.GROUP : Input.JSON;
            case "array" -> array(schema.path("items"));
            default -> Input.JSON;
        };
    }

    private static Input array(JsonNode items) {
        if (items.path("type").asString("").equals("string")) {
            return Input.LINES;
        }
        boolean plain = items.has("properties")
                && items.path("properties").valueStream().noneMatch(property -> property.has("properties"));
        return plain ? Input.ROWS : Input.JSON;
    }

    static List<Field> fields(JsonNode schema, String base, Values values, FormErrors errors) {
        List<Field> fields = new ArrayList<>();
        List<String> required =
                schema.path("required").valueStream().map(JsonNode::asString).toList();
        schema.path("properties").properties().forEach(property -> {
            String name = property.getKey();
            fields.add(field(name, base + "/" + name, property.getValue(), required.contains(name), values, errors));
        });
        return fields;
    }

    private static Field field(
            String name, String pointer, JsonNode schema, boolean required, Values values, FormErrors errors) {
        Input input = input(schema);
        List<Field> fields = input == Input.GROUP ? fields(schema, pointer, values, errors) : List.of();
        return new Field(
                pointer,
                Words.plain(name),
                schema.path("description").asString(""),
                hint(schema, input),
                input,
                input == Input.GROUP ? "" : values.apply(pointer, schema),
                choices(schema),
                SUGGESTIONS.getOrDefault(name, ""),
                required,
                fields,
                errors.at(pointer));
    }

    private static List<String> choices(JsonNode schema) {
        return schema.has("enum")
                ? schema.path("enum").valueStream().map(JsonNode::asString).toList()
                : schema.path("type").asString("").equals("boolean") ? List.of("true", "false") : List.of();
    }

    private static String hint(JsonNode schema, Input input) {
        List<String> parts = new ArrayList<>();
        if (input == Input.LINES) {
            parts.add("one on a line");
        } else if (input == Input.ROWS) {
            parts.add("one on a line: "
                    + String.join(" ", schema.path("items").path("properties").propertyNames()));
        } else if (input == Input.JSON) {
            parts.add("JSON");
        }
        String range = range(schema);
        if (!range.isEmpty()) {
            parts.add(range);
        }
        JsonNode standard = schema.path("default");
        if (standard.isValueNode()) {
            parts.add("default " + standard.asString());
        }
        return String.join("; ", parts);
    }

    private static String range(JsonNode schema) {
        String low = schema.has("minimum")
                ? number(schema.path("minimum"))
                : schema.has("exclusiveMinimum") ? "above " + number(schema.path("exclusiveMinimum")) : "";
        String high = schema.has("maximum")
                ? number(schema.path("maximum"))
                : schema.has("exclusiveMaximum") ? "below " + number(schema.path("exclusiveMaximum")) : "";
        if (low.isEmpty() || high.isEmpty()) {
            return low.isEmpty() ? (high.isEmpty() ? "" : "at most " + high) : "at least " + low;
        }
        return low + " to " + high;
    }

    /** As it would be typed. */
    private static String number(JsonNode number) {
        return new BigDecimal(number.asString()).toPlainString();
    }
}
