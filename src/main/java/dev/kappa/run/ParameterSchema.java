package dev.kappa.run;

import dev.kappa.experiment.Description;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * The JSON schema (2020-12) of a record of parameters: types, constraints, descriptions, and as defaults what
 * its constructor puts in place of null.
 */
public final class ParameterSchema {
    private ParameterSchema() {}

    /** The schema of a whole record. */
    public static Map<String, Object> of(Class<? extends Record> type) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.putAll(object(type));
        return schema;
    }

    private static Map<String, Object> object(Class<?> type) {
        Optional<JsonNode> defaults = RecordDefaults.of(type).map(Json::tree);
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = SnakeCase.of(component.getName());
            AnnotatedElement constraints = field(type, component);
            Map<String, Object> property = described(component);
            property.putAll(value(component.getAnnotatedType()));
            constrain(constraints, property);
            Optional<JsonNode> value = defaults.map(all -> all.get(name)).filter(node -> !node.isNull());
            value.ifPresent(node -> property.put("default", node));
            if (value.isEmpty() && isRequired(constraints)) {
                required.add(name);
            }
            properties.put(name, property);
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    private static Map<String, Object> described(RecordComponent component) {
        Map<String, Object> property = new LinkedHashMap<>();
        Description description = component.getAnnotation(Description.class);
        if (description != null) {
            property.put("description", description.value());
        }
        return property;
    }

    private static Map<String, Object> value(AnnotatedType annotated) {
        Map<String, Object> schema = new LinkedHashMap<>();
        Class<?> type = raw(annotated.getType());
        if (type == String.class) {
            schema.put("type", "string");
        } else if (type == Boolean.class || type == boolean.class) {
            schema.put("type", "boolean");
        } else if (type == Integer.class || type == Long.class || type == int.class || type == long.class) {
            schema.put("type", "integer");
        } else if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            schema.put("type", "number");
        } else if (type.isEnum()) {
            schema.put("type", "string");
            schema.put("enum", EnumNames.of(type));
        } else if (type.isRecord()) {
            schema.putAll(object(type));
        } else if (Map.class.isAssignableFrom(type)) {
            schema.put("type", "object");
            schema.put("additionalProperties", argument(annotated, 1));
        } else if (Optional.class == type) {
            schema.putAll(argument(annotated, 0));
        } else if (Iterable.class.isAssignableFrom(type)) {
            schema.put("type", "array");
            schema.put("items", argument(annotated, 0));
        } else {
            throw new IllegalArgumentException("parameters cannot have the type " + type.getName());
        }
        return schema;
    }

    private static Map<String, Object> argument(AnnotatedType annotated, int index) {
        AnnotatedType argument = ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments()[index];
        Map<String, Object> schema = value(argument);
        constrain(argument, schema);
        return schema;
    }

    private static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    }

    /** Constraints of a component are kept on its field. */
    private static AnnotatedElement field(Class<?> type, RecordComponent component) {
        try {
            return type.getDeclaredField(component.getName());
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("every record component has a field", e);
        }
    }

    private static boolean isRequired(AnnotatedElement element) {
        return element.isAnnotationPresent(NotNull.class)
                || element.isAnnotationPresent(NotBlank.class)
                || element.isAnnotationPresent(NotEmpty.class);
    }

    private static void constrain(AnnotatedElement element, Map<String, Object> schema) {
        boolean array = "array".equals(schema.get("type"));
        put(element, Min.class, Min::value, "minimum", schema);
        put(element, Max.class, Max::value, "maximum", schema);
        put(element, Positive.class, any -> 0, "exclusiveMinimum", schema);
        put(element, PositiveOrZero.class, any -> 0, "minimum", schema);
        put(element, Pattern.class, Pattern::regexp, "pattern", schema);
        put(element, NotBlank.class, any -> 1, "minLength", schema);
        put(element, NotEmpty.class, any -> 1, array ? "minItems" : "minLength", schema);
        with(element, DecimalMin.class, schema, (bound, to) -> to.put(
                bound.inclusive() ? "minimum" : "exclusiveMinimum", new BigDecimal(bound.value())));
        with(element, DecimalMax.class, schema, (bound, to) -> to.put(
                bound.inclusive() ? "maximum" : "exclusiveMaximum", new BigDecimal(bound.value())));
        with(element, Size.class, schema, (size, to) -> {
            if (size.min() > 0) {
                to.put(array ? "minItems" : "minLength", size.min());
            }
            if (size.max() < Integer.MAX_VALUE) {
                to.put(array ? "maxItems" : "maxLength", size.max());
            }
        });
    }

    private static <A extends Annotation> void put(
            AnnotatedElement element, Class<A> type, Function<A, Object> value, String key, Map<String, Object> schema) {
        with(element, type, schema, (annotation, to) -> to.put(key, value.apply(annotation)));
    }

    private static <A extends Annotation> void with(
            AnnotatedElement element, Class<A> type, Map<String, Object> schema, BiConsumer<A, Map<String, Object>> action) {
        A annotation = element.getAnnotation(type);
        if (annotation != null) {
            action.accept(annotation, schema);
        }
    }
}
