package dev.kappa.lm;

import java.nio.file.Path;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * One more than the largest id in a {@code tokenizer.json}, read as a stream because the files reach 30 MB.
 * Ids stand in {@code model.vocab}, by token or as places in a list, and in {@code added_tokens}.
 */
final class VocabularySize {
    private static final JsonMapper JSON = new JsonMapper();

    private VocabularySize() {}

    static int of(Path tokenizerFile) {
        int size = 0;
        try (JsonParser parser = JSON.createParser(tokenizerFile.toFile())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("model")) {
                    size = Math.max(size, ofModel(parser));
                } else if (name.equals("added_tokens")) {
                    size = Math.max(size, largestInt(parser, "id") + 1);
                } else {
                    parser.skipChildren();
                }
            }
        }
        return size;
    }

    /** In an object, the largest value of {@code vocab}; in a list, its length. */
    private static int ofModel(JsonParser parser) {
        int size = 0;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean vocabulary = parser.currentName().equals("vocab");
            JsonToken start = parser.nextToken();
            if (vocabulary && start == JsonToken.START_OBJECT) {
                size = largestInt(parser, null) + 1;
            } else if (vocabulary && start == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    parser.skipChildren();
                    size++;
                }
            } else {
                parser.skipChildren();
            }
        }
        return size;
    }

    /** The largest integer below the current object or list, of any name or of one; −1 where there is none. */
    private static int largestInt(JsonParser parser, String name) {
        int largest = -1;
        int depth = 0;
        for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                break;
            }
            if (token == JsonToken.VALUE_NUMBER_INT && (name == null || name.equals(parser.currentName()))) {
                largest = Math.max(largest, parser.getIntValue());
            }
        }
        return largest;
    }
}
