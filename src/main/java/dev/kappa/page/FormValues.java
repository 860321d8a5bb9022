package dev.kappa.page;

import dev.kappa.page.Field.Input;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Between documents and the texts in a form's fields. What cannot be read as its field's type goes to the server
 * as text, so that one place says what is wrong with it.
 */
final class FormValues {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private FormValues() {}

    /** A value of a document as the text of its field. */
    static String text(JsonNode value, JsonNode schema) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        return switch (FormSchema.input(schema)) {
            case LINES -> value.valueStream().map(JsonNode::asString).collect(Collectors.joining("\n"));
            case ROWS -> value.valueStream()
                    .map(row -> schema.path("items").path("properties").propertyNames().stream()
                            .map(name -> row.path(name).asString(""))
                            .collect(Collectors.joining(" "))
                            .strip())
                    .collect(Collectors.joining("\n"));
            case JSON -> value.toString();
            case TEXT, NUMBER, CHOICE, GROUP -> value.asString();
        };
    }

    /** The document that a form's texts say; fields without text are left out. */
    static ObjectNode object(JsonNode schema, String base, Map<String, String> texts) {
        ObjectNode object = NODES.objectNode();
        schema.path("properties").properties().forEach(property -> {
            String pointer = base + "/" + property.getKey();
            value(property.getValue(), pointer, texts).ifPresent(value -> object.set(property.getKey(), value));
        });
        return object;
    }

    private static Optional<JsonNode> value(JsonNode schema, String pointer, Map<String, String> texts) {
        Input input = FormSchema.input(schema);
        if (input == Input.GROUP) {
            ObjectNode group = object(schema, pointer, texts);
            return group.isEmpty() ? Optional.empty() : Optional.of(group);
        }
        String text = texts.getOrDefault(pointer, "").strip();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(switch (input) {
            case LINES -> lines(text);
            case ROWS -> rows(schema.path("items").path("properties"), text);
            case JSON -> json(text);
            case NUMBER -> number(text);
            case CHOICE -> schema.has("enum") ? StringNode.valueOf(text) : NODES.booleanNode(text.equals("true"));
            case TEXT, GROUP -> StringNode.valueOf(text);
        });
    }

    private static JsonNode lines(String text) {
        ArrayNode array = NODES.arrayNode();
        text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(array::add);
        return array;
    }

    private static JsonNode rows(JsonNode properties, String text) {
        List<String> names = List.copyOf(properties.propertyNames());
        ArrayNode array = NODES.arrayNode();
        text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(line -> {
            String[] cells = line.split("[\\s,]+");
            ObjectNode row = array.addObject();
            for (int i = 0; i < cells.length; i++) {
                String name = i < names.size() ? names.get(i) : "column " + (i + 1);
                boolean number = FormSchema.input(properties.path(name)) == Input.NUMBER;
                row.set(name, number ? number(cells[i]) : StringNode.valueOf(cells[i]));
            }
        });
        return array;
    }

    private static JsonNode number(String text) {
        try {
            BigDecimal number = new BigDecimal(text.replace("_", ""));
            return number.stripTrailingZeros().scale() <= 0 && number.precision() - number.scale() < 19
                    ? NODES.numberNode(number.longValueExact())
                    : NODES.numberNode(number.doubleValue());
        } catch (ArithmeticException | NumberFormatException e) {
            return StringNode.valueOf(text);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return StringNode.valueOf(text);
        }
    }
}
