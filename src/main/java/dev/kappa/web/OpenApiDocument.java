package dev.kappa.web;

import dev.kappa.experiment.Experiment;
import dev.kappa.run.Experiments;
import dev.kappa.run.Json;
import dev.kappa.run.Kind;
import dev.kappa.run.ParameterSchema;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Adds to the document what the signatures of methods do not say: bodies, kinds, problems, numbers that are none. */
@Component
class OpenApiDocument {
    private static final String PROBLEM = "application/problem+json";
    private static final String SCHEMAS = "#/components/schemas/";

    /** Properties of schemas that may be NaN or infinite. */
    private static final Map<String, String[]> NUMBERS = Map.of(
            "Metric", new String[] {"value"},
            "Interval", new String[] {"low", "high"},
            "Cell", new String[] {"value", "difference"},
            "Verification", new String[] {"largest_relative_difference"});

    private final Experiments experiments;

    OpenApiDocument(Experiments experiments) {
        this.experiments = experiments;
    }

    void complete(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        schemas.put("Problem", parse(PROBLEM_SCHEMA));
        schemas.put("Number", parse("""
                {"description": "A number; NaN and infinities as strings",
                 "oneOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]}"""));
        NUMBERS.forEach((name, properties) -> numbers(schemas.get(name), properties));
        Map<String, Example> examples = new LinkedHashMap<>();
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (Kind<?> kind : experiments.all()) {
            Experiment<?> experiment = kind.experiment();
            String name = "parameters_" + experiment.kind();
            schemas.put(name, parse(Json.write(ParameterSchema.of(experiment.parameters()))));
            parameters.put(experiment.kind(), Map.of("$ref", SCHEMAS + name));
            examples.put(experiment.kind(), example(experiment));
        }
        schemas.put("RunRequest", parse(RUN_REQUEST.formatted(
                Json.write(parameters.keySet()), Json.write(parameters.values()))));
        schemas.put("ReanalysisRequest", parse("""
                {"type": "object", "properties": {"parameters": {"type": "object",
                 "description": "Changed settings of the conclusion; all others are the parent's"}, "labels": %s},
                 "additionalProperties": false}""".formatted(LABELS)));
        schemas.put("LabelChange", parse("""
                {"type": "object", "required": ["labels"], "properties": {"labels": {"type": "object",
                 "description": "Labels to set; null takes one away",
                 "additionalProperties": {"type": ["string", "null"], "maxLength": 256}}},
                 "additionalProperties": false}"""));
        body(api.getPaths().get("/v1/runs").getPost(), "RunRequest", examples);
        body(api.getPaths().get("/v1/runs:plan").getPost(), "RunRequest", examples);
        body(api.getPaths().get("/v1/runs/{id}:reanalyse").getPost(), "ReanalysisRequest", Map.of());
        body(api.getPaths().get("/v1/runs/{id}").getPatch(), "LabelChange", Map.of());
        run(api.getPaths().get("/v1/runs/{id}").getGet());
        list(api.getPaths().get("/v1/runs").getGet());
        schemas.get("Metric").getProperties().put("dimensions", parse("""
                {"type": "object", "description": "What it is about", "additionalProperties": true}"""));
        schemas.remove("SseEmitter");
        Content events = api.getPaths().get("/v1/runs/{id}/events").getGet().getResponses().get("200").getContent();
        events.values().forEach(type -> type.schema(parse("""
                {"type": "string", "description": "Events state, progress, metric, log and, at last, end"}""")));
        api.getPaths().values().forEach(path -> path.readOperations().forEach(OpenApiDocument::problems));
    }

    /** Two methods answer this: at once, and later. */
    private static void run(Operation operation) {
        operation.operationId("runs_get").summary("A run; with wait, once it has ended or changed");
        operation.getParameters().stream()
                .filter(parameter -> parameter.getName().equals("wait"))
                .forEach(parameter -> parameter
                        .required(false)
                        .description("How long to wait for the end or, with If-None-Match, for a change; such as 25s"));
        operation.getResponses().addApiResponse("304", new ApiResponse().description("Nothing has changed"));
    }

    /** A filter whose name is any label's. */
    private static void list(Operation operation) {
        operation.addParametersItem(new Parameter()
                .in("query")
                .name("label.key")
                .description("Runs whose label 'key' has this value; any label's name may stand for 'key', and several are"
                        + " given as several parameters")
                .schema(new StringSchema()));
        operation.getParameters().stream()
                .filter(parameter -> parameter.getName().equals("view"))
                .forEach(parameter -> parameter.getSchema().setEnum(List.of("basic", "full")));
    }

    private static void problems(Operation operation) {
        operation.getResponses().addApiResponse(
                "default",
                new ApiResponse()
                        .description("What went wrong, with a stable code")
                        .content(new Content()
                                .addMediaType(PROBLEM, new MediaType().schema(new Schema<>().$ref(SCHEMAS + "Problem")))));
    }

    private static void body(Operation operation, String schema, Map<String, Example> examples) {
        MediaType json = new MediaType().schema(new Schema<>().$ref(SCHEMAS + schema));
        examples.forEach(json::addExamples);
        operation.requestBody(
                new RequestBody().required(true).content(new Content().addMediaType("application/json", json)));
    }

    private static Example example(Experiment<?> experiment) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("experiment", experiment.kind());
        value.put("parameters", experiment.example());
        return new Example().summary(experiment.title()).value(read(Json.write(value), Object.class));
    }

    private static void numbers(Schema<?> schema, String... properties) {
        for (String property : properties) {
            schema.getProperties().put(property, new Schema<>().$ref(SCHEMAS + "Number"));
        }
    }

    private static Schema<?> parse(String json) {
        return read(json, Schema.class);
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return Json31.mapper().readValue(json, type);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a part of the document is not JSON: " + json, e);
        }
    }

    private static final String LABELS = """
            {"type": "object", "maxProperties": 32, "propertyNames": {"pattern": "^[a-z0-9_.-]{1,64}$"},
             "additionalProperties": {"type": "string", "maxLength": 256}}""";

    private static final String RUN_REQUEST = """
            {"type": "object", "required": ["experiment"], "additionalProperties": false, "properties": {
             "experiment": {"type": "string", "enum": %s},
             "parameters": {"description": "Those of the experiment's kind", "anyOf": %s},
             "seed": {"type": "integer", "format": "int64", "default": 0, "description": "Of every random draw"},
             "blocks": {"type": "integer", "minimum": 1, "maximum": 10000,
              "description": "Into how many blocks the items are cut; the kind says where none is given"},
             "priority": {"type": "integer", "minimum": -100, "maximum": 100, "default": 0,
              "description": "Runs of a higher one go first"},
             "labels": """ + LABELS + "}}";

    private static final String PROBLEM_SCHEMA = """
            {"type": "object", "required": ["type", "title", "status", "code", "retryable"], "properties": {
             "type": {"type": "string", "format": "uri"}, "title": {"type": "string"},
             "status": {"type": "integer"}, "detail": {"type": "string"}, "instance": {"type": "string"},
             "code": {"type": "string", "description": "Stable"},
             "retryable": {"type": "boolean"}, "request_id": {"type": "string"},
             "errors": {"type": "array", "items": {"type": "object", "properties": {
              "pointer": {"type": "string", "description": "Into the body"}, "code": {"type": "string"},
              "detail": {"type": "string"}}}}}}""";
}
