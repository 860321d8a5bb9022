package dev.kappa.corpus;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A file with one JSON object a line; blank lines are skipped, a line has at most {@value #LONGEST} characters. */
final class JsonLines {
    static final int LONGEST = 1 << 22;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Takes one line; returns false once it wants no more. */
    interface Visitor {
        boolean line(Line line);
    }

    /** An object and where it stands. */
    record Line(Path file, long number, JsonNode object) {
        Fault malformed(String what) {
            return Fault.user("corpus_malformed", "corpus file '" + file + "', line " + number + ": " + what);
        }

        String string(String field) {
            JsonNode value = object.get(field);
            if (value == null || !value.isString()) {
                throw malformed("'" + field + "' must be a string, but is " + (value == null ? "missing" : value));
            }
            return value.stringValue();
        }
    }

    private JsonLines() {}

    static void read(Path file, Visitor visitor) {
        try (Reader reader = Utf8.reader(file)) {
            StringBuilder text = new StringBuilder();
            boolean more = true;
            for (long number = 1; more; number++) {
                more = nextLine(file, reader, number, text);
                if (!text.toString().isBlank() && !visitor.line(parse(file, number, text.toString()))) {
                    return;
                }
            }
        } catch (IOException e) {
            throw Utf8.unreadable(file, e);
        }
    }

    /** Fills {@code text} with the next line; false at the end of the file. */
    private static boolean nextLine(Path file, Reader reader, long number, StringBuilder text) throws IOException {
        text.setLength(0);
        for (int character = reader.read(); character >= 0; character = reader.read()) {
            if (character == '\n') {
                return true;
            }
            if (text.length() == LONGEST) {
                throw Fault.user(
                        "corpus_malformed",
                        "corpus file '" + file + "', line " + number + " is longer than " + LONGEST + " characters");
            }
            text.append((char) character);
        }
        return false;
    }

    private static Line parse(Path file, long number, String text) {
        try {
            Line line = new Line(file, number, MAPPER.readTree(text));
            if (!line.object().isObject()) {
                throw line.malformed("not a JSON object");
            }
            return line;
        } catch (JacksonException e) {
            throw Fault.user(
                    "corpus_malformed",
                    "corpus file '" + file + "', line " + number + ": " + e.getOriginalMessage(),
                    e);
        }
    }
}
