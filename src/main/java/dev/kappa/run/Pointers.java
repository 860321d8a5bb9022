package dev.kappa.run;

import java.util.Iterator;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Finds the place in a document that a message is about. */
final class Pointers {
    private Pointers() {}

    /**
     * A pointer to the first value that the message quotes in single quotes, as every fault names the value it
     * is about; {@code base} where it quotes none.
     */
    static String toQuoted(String message, JsonNode document, String base) {
        String found = find(message, document, base);
        return found == null ? base : found;
    }

    private static String find(String message, JsonNode node, String pointer) {
        if (node.isValueNode()) {
            return message.contains("'" + node.asString() + "'") ? pointer : null;
        }
        int index = 0;
        Iterator<Map.Entry<String, JsonNode>> properties = node.properties().iterator();
        for (JsonNode child : node) {
            String step = node.isObject() ? properties.next().getKey() : Integer.toString(index++);
            String found = find(message, child, pointer + "/" + step);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
