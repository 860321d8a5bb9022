package dev.kappa.page;

import dev.kappa.run.Json;
import dev.kappa.run.Run;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The lines that make a run again, for a shell and for a notebook. */
final class Snippets {
    private Snippets() {}

    /** A body that POST /v1/runs accepts: the run's parameters with every default that applied. */
    static JsonNode body(Run run) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("experiment", run.experiment());
        body.set("parameters", Json.parse(run.parameters()));
        body.put("seed", run.seed());
        body.put("blocks", run.blocks());
        if (run.priority() != 0) {
            body.put("priority", run.priority());
        }
        run.deadlineSeconds().ifPresent(seconds -> body.put("deadline_seconds", seconds));
        if (!run.labels().isEmpty()) {
            body.set("labels", Json.tree(run.labels()));
        }
        return body;
    }

    /** @param origin such as {@code http://127.0.0.1:8080} */
    static String curl(String origin, JsonNode body) {
        return "curl -sS " + origin + "/v1/runs -H 'Content-Type: application/json' -d '"
                + body.toPrettyString().replace("'", "'\\''") + "'";
    }

    static String python(String origin, JsonNode body) {
        StringBuilder rest = new StringBuilder();
        for (String name : List.of("seed", "blocks", "priority", "deadline_seconds", "labels")) {
            if (body.has(name)) {
                rest.append("\n    ").append(name).append('=').append(literal(body.get(name), "    ")).append(',');
            }
        }
        return """
                from kappa_client import Kappa

                run = Kappa("%s").submit(
                    "%s",
                    %s,%s
                ).wait()
                run.metrics()"""
                .formatted(origin, body.get("experiment").asString(), literal(body.get("parameters"), "    "), rest);
    }

    /** JSON as a Python literal. */
    private static String literal(JsonNode node, String indent) {
        if (node.isObject()) {
            StringBuilder text = new StringBuilder("{");
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                text.append('\n').append(indent).append("    \"").append(entry.getKey()).append("\": ")
                        .append(literal(entry.getValue(), indent + "    ")).append(',');
            }
            return text.append(node.isEmpty() ? "}" : "\n" + indent + "}").toString();
        }
        if (node.isArray()) {
            StringBuilder text = new StringBuilder("[");
            for (Iterator<JsonNode> items = node.iterator(); items.hasNext(); ) {
                text.append(literal(items.next(), indent)).append(items.hasNext() ? ", " : "");
            }
            return text.append(']').toString();
        }
        return node.isNull() ? "None" : node.isBoolean() ? (node.asBoolean() ? "True" : "False") : node.toString();
    }
}
