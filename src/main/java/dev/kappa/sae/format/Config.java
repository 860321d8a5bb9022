package dev.kappa.sae.format;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A release's JSON configuration, whose values are asked for by key and type. Null counts as absent. */
final class Config {
    private static final long LONGEST_FILE = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(32).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // Python writes NaN and Infinity.
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .build();

    private final String file;
    private final JsonNode node;

    private Config(String file, JsonNode node) {
        this.file = file;
        this.node = node;
    }

    static Config read(Path path) {
        String file = path.getFileName().toString();
        try {
            long size = Files.size(path);
            if (size > LONGEST_FILE) {
                throw Fault.user(
                        "dictionary_malformed", file + " has " + size + " bytes; at most " + LONGEST_FILE + " are read");
            }
            JsonNode node = MAPPER.readTree(Files.readAllBytes(path));
            if (!node.isObject()) {
                throw Fault.user("dictionary_malformed", file + " is not a JSON object");
            }
            return new Config(file, node);
        } catch (JacksonException e) {
            throw Fault.user("dictionary_malformed", file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw Fault.external("dictionary_unreadable", file + " cannot be read: " + e, e);
        }
    }

    String file() {
        return file;
    }

    boolean has(String key) {
        return node.has(key) && !node.get(key).isNull();
    }

    /** The first of several spellings of a key that is there, else the first. */
    String either(String... keys) {
        for (String key : keys) {
            if (has(key)) {
                return key;
            }
        }
        return keys[0];
    }

    Config object(String key) {
        if (has(key) && !node.get(key).isObject()) {
            throw wrong(key, "an object");
        }
        return new Config(file + ": " + key, has(key) ? node.get(key) : MAPPER.createObjectNode());
    }

    Optional<String> text(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!node.get(key).isString()) {
            throw wrong(key, "a string");
        }
        return Optional.of(node.get(key).stringValue());
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!node.get(key).isBoolean()) {
            throw wrong(key, "true or false");
        }
        return node.get(key).booleanValue();
    }

    /** A positive whole number. */
    int count(String key) {
        if (!has(key)) {
            throw wrong(key, "a positive whole number");
        }
        return count(key, 0);
    }

    int count(String key, int otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode value = node.get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw wrong(key, "a positive whole number");
        }
        return value.intValue();
    }

    /** A finite number. */
    double number(String key) {
        if (!has(key) || !node.get(key).isNumber() || !Double.isFinite(node.get(key).doubleValue())) {
            throw wrong(key, "a number");
        }
        return node.get(key).doubleValue();
    }

    /** A value as it stands in the file; "absent" where it is not there. */
    String shown(String key) {
        String text = node.has(key) ? node.get(key).toString() : "absent";
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    JsonNode raw(String key) {
        return node.path(key);
    }

    Fault wrong(String key, String wanted) {
        return Fault.user("dictionary_malformed", file + ": '" + key + "' is " + shown(key) + "; it must be " + wanted);
    }

    /** A value that has a meaning, but none that is supported. */
    Fault unsupported(String key, String supported) {
        return Fault.user(
                "unsupported_dictionary", file + ": '" + key + "' is " + shown(key) + "; supported: " + supported);
    }
}
