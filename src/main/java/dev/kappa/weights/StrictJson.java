package dev.kappa.weights;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON from strangers, token by token: UTF-8 without errors, no duplicate keys, bounded names, strings
 * and depth, so that no file can make the reader use much memory.
 */
final class StrictJson {
    /** More than any published model uses. */
    static final int LONGEST_NAME = 256;

    /** For all metadata strings of a file together too. */
    static final int LONGEST_STRING = 1 << 21;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNameLength(LONGEST_NAME)
                    .maxStringLength(LONGEST_STRING)
                    .maxNumberLength(32)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names are different in every file: a shared table of them would only grow.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .build();

    private StrictJson() {}

    static JsonParser parser(InputStream bytes) {
        // A decoder of our own: Jackson's accepts some byte sequences that are not UTF-8.
        var decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        return FACTORY.createParser(ObjectReadContext.empty(), new InputStreamReader(bytes, decoder));
    }

    /** Checks a token; {@code where} and {@code name} say whose it is, and are put together only for a fault. */
    static void expect(FileBytes file, JsonToken found, JsonToken wanted, String where, String name) {
        if (found != wanted) {
            throw file.malformed(where + (name.isEmpty() ? "" : " '" + name + "'") + " must be "
                    + describe(wanted) + ", but is " + describe(found));
        }
    }

    private static String describe(JsonToken token) {
        if (token == null) {
            return "the end of the text";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a truth value";
            case VALUE_NULL -> "null";
            case END_OBJECT -> "the end of an object";
            case END_ARRAY -> "the end of an array";
            case PROPERTY_NAME -> "a name";
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> token.name();
        };
    }
}
