package dev.kappa.lm.block;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The settings of a {@code config.json}. A setting may have several spellings over the years; where a file
 * has more than one of them they must agree. An absent setting and {@code null} are the same.
 */
public final class ConfigFile {
    private static final long MAXIMUM_BYTES = 4 << 20;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final List<JsonNode> objects;

    private ConfigFile(List<JsonNode> objects) {
        this.objects = List.copyOf(objects);
    }

    public static ConfigFile read(Path file) {
        try {
            if (Files.size(file) > MAXIMUM_BYTES) {
                throw malformed(file.getFileName() + " has more than " + MAXIMUM_BYTES + " bytes", null);
            }
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (!root.isObject()) {
                throw malformed(file.getFileName() + " is not a JSON object", null);
            }
            return new ConfigFile(List.of(root));
        } catch (IOException e) {
            throw Fault.external("config_unreadable", file.getFileName() + " cannot be read", e);
        } catch (JacksonException e) {
            throw malformed(file.getFileName() + " is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** No settings at all. */
    public static ConfigFile empty() {
        return new ConfigFile(List.of());
    }

    public boolean isObject(String name) {
        return values(name).stream().anyMatch(JsonNode::isObject);
    }

    /** The settings of a nested object; none where it is absent. */
    public ConfigFile section(String name) {
        List<JsonNode> sections = new ArrayList<>();
        for (JsonNode node : values(name)) {
            if (!node.isObject()) {
                throw malformed(name + " is " + node + ", wanted an object", null);
            }
            sections.add(node);
        }
        return new ConfigFile(sections);
    }

    /** These settings and others, as if they stood in one object. */
    public ConfigFile and(ConfigFile other) {
        List<JsonNode> both = new ArrayList<>(objects);
        both.addAll(other.objects);
        return new ConfigFile(both);
    }

    public boolean has(String... spellings) {
        return !values(spellings).isEmpty();
    }

    /** A positive integer. */
    public int size(String... spellings) {
        return one(spellings).map(node -> size(node, spellings)).orElseThrow(() -> missing(spellings));
    }

    /** A positive integer, or a value where it is absent. */
    public int sizeOr(int absent, String... spellings) {
        return one(spellings).map(node -> size(node, spellings)).orElse(absent);
    }

    /** A number above zero. */
    public double number(String... spellings) {
        return one(spellings).map(node -> number(node, spellings)).orElseThrow(() -> missing(spellings));
    }

    /** A number above zero, or a value where it is absent. */
    public double numberOr(double absent, String... spellings) {
        return one(spellings).map(node -> number(node, spellings)).orElse(absent);
    }

    /** A number above zero, if it is there. */
    public OptionalDouble optionalNumber(String... spellings) {
        return one(spellings).stream().mapToDouble(node -> number(node, spellings)).findFirst();
    }

    public boolean flag(boolean absent, String... spellings) {
        JsonNode node = one(spellings).orElse(null);
        if (node != null && !node.isBoolean()) {
            throw malformed(named(spellings) + " is " + node + ", wanted true or false", null);
        }
        return node == null ? absent : node.booleanValue();
    }

    public String text(String absent, String... spellings) {
        return one(spellings).map(node -> string(node, spellings)).orElse(absent);
    }

    /** A list of strings; empty where it is absent. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode list : values(name)) {
            if (!list.isArray()) {
                throw malformed(name + " is " + list + ", wanted a list", null);
            }
            list.forEach(item -> texts.add(string(item, name)));
        }
        return texts;
    }

    /** A token id; a list counts by its first entry. */
    public Optional<Integer> token(String name) {
        return one(name)
                .map(node -> node.isArray() && !node.isEmpty() ? node.get(0) : node)
                .filter(JsonNode::canConvertToInt)
                .map(JsonNode::intValue);
    }

    /** Refuses an option that this program does not implement, unless it is absent or says {@code only}. */
    public void onlySupports(String name, Object only) {
        one(name).ifPresent(node -> {
            String value = node.isValueNode() ? node.asString() : node.toString();
            if (!value.equals(only.toString())) {
                throw unsupported(name + " " + node + " is not supported; accepted: " + only);
            }
        });
    }

    /** Refuses an option that this program does not implement, unless it is absent or null. */
    public void doesNotSupport(String name) {
        one(name).ifPresent(node -> {
            throw unsupported(name + " " + node + " is not supported; accepted: null");
        });
    }

    public static Fault unsupported(String detail) {
        return Fault.user("unsupported_model", detail);
    }

    private Optional<JsonNode> one(String... spellings) {
        List<JsonNode> found = values(spellings);
        for (JsonNode node : found) {
            JsonNode first = found.get(0);
            boolean same = first.isNumber() && node.isNumber()
                    ? first.doubleValue() == node.doubleValue()
                    : first.equals(node);
            if (!same) {
                throw malformed(named(spellings) + " is both " + first + " and " + node, null);
            }
        }
        return found.stream().findFirst();
    }

    private List<JsonNode> values(String... spellings) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode object : objects) {
            for (String spelling : spellings) {
                if (object.hasNonNull(spelling)) {
                    found.add(object.get(spelling));
                }
            }
        }
        return found;
    }

    private static int size(JsonNode node, String... spellings) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
            throw malformed(named(spellings) + " is " + node + ", wanted a positive integer", null);
        }
        return node.intValue();
    }

    private static double number(JsonNode node, String... spellings) {
        if (!node.isNumber() || !(node.doubleValue() > 0) || Double.isInfinite(node.doubleValue())) {
            throw malformed(named(spellings) + " is " + node + ", wanted a number above 0", null);
        }
        return node.doubleValue();
    }

    private static String string(JsonNode node, String... spellings) {
        if (!node.isString()) {
            throw malformed(named(spellings) + " is " + node + ", wanted a string", null);
        }
        return node.stringValue();
    }

    private static Fault missing(String... spellings) {
        return malformed("config.json has no " + named(spellings), null);
    }

    private static String named(String... spellings) {
        return String.join(" or ", Arrays.asList(spellings));
    }

    private static Fault malformed(String detail, Throwable cause) {
        return Fault.user("config_malformed", detail, cause);
    }
}
