package dev.kappa.run;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Finds the place in a document that a message is about. */
final class Pointers {
    private record Found(String pointer, int at) {}

    private Pointers() {}

    /**
     * A pointer to the value that the message quotes first, in single quotes, as every fault names the value it
     * is about; {@code base} where it quotes none.
     */
    static String toQuoted(String message, JsonNode document, String base) {
        return find(message, document, base).map(Found::pointer).orElse(base);
    }

    private static Optional<Found> find(String message, JsonNode node, String pointer) {
        if (node.isValueNode()) {
            int at = message.indexOf("'" + node.asString() + "'");
            return at < 0 ? Optional.empty() : Optional.of(new Found(pointer, at));
        }
        Optional<Found> first = Optional.empty();
        int index = 0;
        Iterator<Map.Entry<String, JsonNode>> properties = node.properties().iterator();
        for (JsonNode child : node) {
            String step = node.isObject() ? properties.next().getKey() : Integer.toString(index++);
            Optional<Found> found = find(message, child, pointer + "/" + step);
            if (found.isPresent() && first.filter(before -> before.at() <= found.get().at()).isEmpty()) {
                first = found;
            }
        }
        return first;
    }
}
