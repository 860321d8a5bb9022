package dev.kappa.page;

import dev.kappa.experiment.Experiment;
import dev.kappa.page.FormSchema.Values;
import dev.kappa.run.Json;
import dev.kappa.run.ParameterSchema;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The settings of a conclusion as fields.
 *
 * @param elsewhere errors that belong to no field
 */
record ReanalyseForm(List<Field> fields, List<String> elsewhere, boolean rejected) {
    private static final String BASE = "/parameters";

    static ReanalyseForm of(Experiment<?> kind, JsonNode parameters) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.set("parameters", parameters);
        return form(kind, Values.of(document), FormErrors.NONE);
    }

    static ReanalyseForm rejected(Experiment<?> kind, Map<String, String> texts, FormErrors errors) {
        return form(kind, Values.of(texts), errors);
    }

    /** The request that the texts amount to. */
    static ObjectNode body(Experiment<?> kind, Map<String, String> texts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("parameters", FormValues.object(schema(kind), BASE, texts));
        return body;
    }

    private static ReanalyseForm form(Experiment<?> kind, Values values, FormErrors errors) {
        List<Field> fields = FormSchema.fields(schema(kind), BASE, values, errors);
        return new ReanalyseForm(fields, errors.elsewhere(), !errors.isEmpty());
    }

    private static JsonNode schema(Experiment<?> kind) {
        ObjectNode schema = Json.tree(ParameterSchema.of(kind.parameters())).asObject();
        ((ObjectNode) schema.get("properties")).retain(kind.concludingParameters());
        return schema;
    }
}
