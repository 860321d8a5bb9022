package dev.kappa.web;

import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.RequestBody;
import java.util.List;
import java.util.Map;

/** What the operations take, but for what depends on the kinds of experiment. */
final class OpenApiBodies {
    static final String LABELS = """
            {"type": "object", "propertyNames": {"pattern": "^[a-z0-9_.-]{1,64}$"},
             "additionalProperties": {"type": "string", "maxLength": 256}}""";

    private static final String ID = """
            "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}$"}""";

    private static final String SOURCE = """
            "source": {"type": "string",
             "description": "bundled:<name>, file:<path>, hf:<owner>/<name>[@revision][/folder] or run:<id>/<artifact>; \
            may be left out where the catalog has a recipe of this id"}""";

    private static final String DEVICE = """
            "device": {"type": "string", "description": "Such as cpu or cuda:0; any, where none is named"}""";

    /** @param required whether there must be a body */
    private record Body(List<String> operations, String schema, boolean required, String json, String example) {}

    private static final List<Body> ALL = List.of(
            new Body(
                    List.of("/v1/models"),
                    "ModelRequest",
                    true,
                    object("\"id\"", ID + ", " + SOURCE),
                    "{\"id\": \"my-model\", \"source\": \"bundled:stories-neox\"}"),
            new Body(
                    List.of("/v1/saes"),
                    "SaeRequest",
                    true,
                    object("\"id\"", ID + ", " + SOURCE + """
                            , "hook": {"type": "string",
                             "description": "Where it was trained, such as blocks.2.hook_resid_post; \
                            needed where its files do not say"},
                            "saelens_compat": {"type": "boolean", "default": false,
                             "description": "Reads Llama Scope as SAELens does"}"""),
                    "{\"id\": \"my-dictionary\", \"source\": \"bundled:stories-l2-x1\"}"),
            new Body(
                    List.of("/v1/corpora"),
                    "CorpusRequest",
                    true,
                    object("\"id\"", ID + ", " + SOURCE + """
                            , "kind": {"type": "string", "enum": ["text", "jsonl", "tokens", "pairs"],
                             "description": "Found out where it is not given"},
                            "max_tokens": {"type": "integer", "minimum": 1},
                            "pair_length": {"type": "string", "enum": ["common", "any"]}"""),
                    "{\"id\": \"my-corpus\", \"source\": \"bundled:stories-samples\"}"),
            new Body(
                    List.of("/v1/{shelf}/{id}:load", "/v1/{shelf}/{id}:unload"),
                    "Where",
                    false,
                    object("", DEVICE),
                    "{\"device\": \"cpu\"}"),
            new Body(
                    List.of("/v1/{shelf}/{id}:pin"),
                    "Pin",
                    false,
                    object("", DEVICE + ", \"pinned\": {\"type\": \"boolean\", \"default\": true}"),
                    "{\"pinned\": true}"),
            new Body(
                    List.of("/v1/runs/{id}:reanalyse"),
                    "ReanalysisRequest",
                    true,
                    object("", """
                            "parameters": {"type": "object",
                             "description": "Changed settings of the conclusion; all others are the parent's"},
                            "labels": """ + LABELS),
                    "{\"parameters\": {}}"));

    private OpenApiBodies() {}

    static void add(OpenAPI api) {
        for (Body body : ALL) {
            api.getComponents().getSchemas().put(body.schema(), parse(body.json(), Schema.class));
            Example example = new Example().value(parse(body.example(), Object.class));
            body.operations().forEach(path -> take(
                    api.getPaths().get(path).getPost(), body.schema(), body.required(), Map.of("example", example)));
        }
        api.getComponents().getSchemas().put("LabelChange", parse(object("\"labels\"", """
                "labels": {"type": "object", "description": "Labels to set; null takes one away",
                 "additionalProperties": {"type": ["string", "null"], "maxLength": 256}}"""), Schema.class));
        take(
                api.getPaths().get("/v1/runs/{id}").getPatch(),
                "LabelChange",
                true,
                Map.of("example", new Example().value(parse("{\"labels\": {\"seen\": \"yes\"}}", Object.class))));
    }

    static void take(Operation operation, String schema, boolean required, Map<String, Example> examples) {
        MediaType json = new MediaType().schema(new Schema<>().$ref(schema));
        examples.forEach(json::addExamples);
        operation.requestBody(
                new RequestBody().required(required).content(new Content().addMediaType("application/json", json)));
    }

    static <T> T parse(String json, Class<T> type) {
        try {
            return Json31.mapper().readValue(json, type);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a part of the document is not JSON: " + json, e);
        }
    }

    private static String object(String required, String properties) {
        return "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [" + required
                + "], \"properties\": {" + properties + "}}";
    }
}
