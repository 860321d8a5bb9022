package dev.kappa.corpus;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * The documents of a JSON-lines file: each line is {@code {"text": "…"}} or {@code {"tokens": [ids]}}; other
 * fields are ignored. Blank documents are left out.
 */
final class JsonDocuments {
    private JsonDocuments() {}

    static void read(Path file, DocumentVisitor visitor) {
        JsonLines.read(file, line -> visit(line, visitor));
    }

    private static boolean visit(JsonLines.Line line, DocumentVisitor visitor) {
        if (line.object().has("tokens")) {
            int[] tokens = tokens(line);
            return tokens.length == 0 || visitor.tokens(tokens, line.number());
        }
        if (line.object().has("text")) {
            String text = line.string("text");
            return text.isBlank() || visitor.text(text.strip());
        }
        throw line.malformed("neither 'text' nor 'tokens', but " + line.object().propertyNames());
    }

    private static int[] tokens(JsonLines.Line line) {
        JsonNode array = line.object().get("tokens");
        if (!array.isArray()) {
            throw line.malformed("'tokens' must be an array of token ids");
        }
        int[] tokens = new int[array.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = array.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw line.malformed("token " + i + " is " + id + ", not an id");
            }
            tokens[i] = id.intValue();
        }
        return tokens;
    }
}
