package dev.kappa.weights;

import static dev.kappa.weights.StrictJson.expect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The JSON header of a safetensors file, as written; only its grammar has been checked. */
final class SafetensorsHeader {
    /** One tensor's entry; {@code begin} and {@code end} count from the start of the data. */
    record Entry(String name, String type, List<Long> shape, long begin, long end) {}

    /** Forty times what the largest published files hold. */
    private static final int MOST_TENSORS = 1 << 15;

    private final FileBytes file;
    private final JsonParser json;
    final List<Entry> entries = new ArrayList<>();
    final Map<String, String> metadata = new HashMap<>();

    private SafetensorsHeader(FileBytes file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    /** Reads the header that ends at {@code end}. */
    static SafetensorsHeader read(FileBytes file, long end) {
        try (JsonParser json = StrictJson.parser(file.stream(Safetensors.LENGTH_BYTES, end))) {
            SafetensorsHeader header = new SafetensorsHeader(file, json);
            header.readAll();
            return header;
        } catch (JacksonException e) {
            throw file.malformed("the header is not the JSON that is accepted: " + e.getOriginalMessage());
        }
    }

    private void readAll() {
        expect(file, json.nextToken(), JsonToken.START_OBJECT, "the header", "");
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            if (name.equals("__metadata__")) {
                readMetadata();
            } else {
                readEntry(name);
            }
        }
        expect(file, json.nextToken(), null, "what follows the header's object", "");
    }

    private void readMetadata() {
        expect(file, json.nextToken(), JsonToken.START_OBJECT, "__metadata__", "");
        long length = 0;
        for (String key = json.nextName(); key != null; key = json.nextName()) {
            expect(file, json.nextToken(), JsonToken.VALUE_STRING, "__metadata__", key);
            length += key.length() + json.getStringLength();
            if (length > StrictJson.LONGEST_STRING) {
                throw file.malformed("__metadata__ has more than " + StrictJson.LONGEST_STRING + " characters");
            }
            metadata.put(key, json.getString());
        }
    }

    private void readEntry(String name) {
        if (entries.size() == MOST_TENSORS) {
            throw file.malformed("the header declares more than " + MOST_TENSORS + " tensors");
        }
        expect(file, json.nextToken(), JsonToken.START_OBJECT, "tensor", name);
        String type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        for (String key = json.nextName(); key != null; key = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(file, value, JsonToken.VALUE_STRING, "dtype of tensor", name);
                    type = json.getString();
                }
                case "shape" -> shape = numbers(value, name, "shape of tensor", TensorInfo.MOST_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(value, name, "data_offsets of tensor", 2);
                default -> json.skipChildren(); // the reference ignores other keys
            }
        }
        if (type == null || shape == null || offsets == null || offsets.size() != 2) {
            throw file.malformed("tensor '" + name + "' needs dtype, shape and two data_offsets");
        }
        entries.add(new Entry(name, type, shape, offsets.get(0), offsets.get(1)));
    }

    private List<Long> numbers(JsonToken value, String name, String where, int most) {
        expect(file, value, JsonToken.START_ARRAY, where, name);
        List<Long> numbers = new ArrayList<>(2);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(file, json.currentToken(), JsonToken.VALUE_NUMBER_INT, where, name);
            if (numbers.size() == most || json.getLongValue() < 0) {
                throw file.malformed(where + " '" + name + "' takes at most " + most
                        + " whole numbers from 0 to 2^63 - 1, but has "
                        + (numbers.size() == most ? "more" : json.getLongValue()));
            }
            numbers.add(json.getLongValue());
        }
        return numbers;
    }
}
