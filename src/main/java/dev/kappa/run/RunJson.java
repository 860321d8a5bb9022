package dev.kappa.run;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The row of a run as a document: what is kept as JSON text is JSON in it. */
public final class RunJson {
    private static final List<String> DOCUMENTS = List.of("parameters", "shapes", "provenance", "verification");

    private RunJson() {}

    public static ObjectNode write(Run run) {
        ObjectNode document = (ObjectNode) Json.tree(run);
        for (String name : DOCUMENTS) {
            if (document.has(name)) {
                document.set(name, Json.parse(document.get(name).asString()));
            }
        }
        return document;
    }

    public static Run read(JsonNode document) {
        ObjectNode row = ((ObjectNode) document).deepCopy();
        for (String name : DOCUMENTS) {
            if (row.has(name)) {
                row.put(name, Json.write(row.get(name)));
            }
        }
        return Json.read(row, Run.class);
    }
}
