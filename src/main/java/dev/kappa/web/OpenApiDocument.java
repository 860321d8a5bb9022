package dev.kappa.web;

import dev.kappa.experiment.Experiment;
import dev.kappa.limits.Limits;
import dev.kappa.run.Experiments;
import dev.kappa.run.Json;
import dev.kappa.run.Kind;
import dev.kappa.run.ParameterSchema;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Adds to the document what the signatures of methods do not say: bodies, kinds, problems, numbers that are none. */
@Component
class OpenApiDocument {
    /** Schemas whose real numbers may be NaN or infinite. */
    private static final List<String> MEASURED = List.of("Metric", "Interval", "Cell", "Series", "Line", "Verification");

    /** Examples of steps of an address, by the step before each, and of what a query must have. */
    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("v1", "models"),
            Map.entry("{shelf}", "my-model"),
            Map.entry("models", "my-model"),
            Map.entry("saes", "my-dictionary"),
            Map.entry("corpora", "my-corpus"),
            Map.entry("experiments", "jacobian_rank"),
            Map.entry("runs", "1kegtbv5sxx2m9ktqe4nfayh0r"),
            Map.entry("blocks", "0"),
            Map.entry("tables", "spectrum"),
            Map.entry("figures", "spectrum"),
            Map.entry("artifacts", "corpus"),
            Map.entry("{name}", "tokens.safetensors"));

    private final Experiments experiments;
    private final Limits limits;

    OpenApiDocument(Experiments experiments, Limits limits) {
        this.experiments = experiments;
        this.limits = limits;
    }

    void complete(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        schemas.put("Problem", parse(PROBLEM_SCHEMA));
        schemas.put("Number", parse("""
                {"description": "A number; NaN and infinities as strings",
                 "oneOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]}"""));
        MEASURED.forEach(name -> numbers(schemas.get(name)));
        schemas.values().forEach(OpenApiDocument::anything);
        kinds(api);
        OpenApiBodies.add(api);
        List.of("RunRequest", "ReanalysisRequest").forEach(name -> labels(schemas.get(name)));
        archive(api.getPaths().get("/v1/runs:import").getPost());
        List.of("/v1/runs", "/v1/runs/{id}:reanalyse", "/v1/runs/{id}:verify").forEach(path -> queued(post(api, path)));
        Map.of("/v1/models", "Model", "/v1/saes", "Sae", "/v1/corpora", "Corpus")
                .forEach((path, entry) -> registered(post(api, path), entry));
        run(api.getPaths().get("/v1/runs/{id}").getGet());
        list(api.getPaths().get("/v1/runs").getGet());
        files(api.getPaths().get("/v1/runs/{id}/blocks/{index}/tally").getGet());
        files(api.getPaths().get("/v1/runs/{id}/artifacts/{name}/{file}").getGet());
        schemas.remove("SseEmitter");
        Content events = api.getPaths().get("/v1/runs/{id}/events").getGet().getResponses().get("200").getContent();
        events.values().forEach(type -> type.schema(parse("""
                {"description": "Events state, progress, metric, log and, at last, end"}""")));
        api.getPaths().forEach(OpenApiDocument::path);
        OpenApiRefusals.addAnywhere(api);
    }

    private void kinds(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        Map<String, Example> examples = new LinkedHashMap<>();
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (Kind<?> kind : experiments.all()) {
            Experiment<?> experiment = kind.experiment();
            String name = "parameters_" + experiment.kind();
            schemas.put(name, parse(Json.write(ParameterSchema.of(experiment.parameters()))));
            parameters.put(experiment.kind(), Map.of("$ref", Components.COMPONENTS_SCHEMAS_REF + name));
            examples.put(experiment.kind(), example(experiment));
        }
        schemas.put("RunRequest", parse(RUN_REQUEST.formatted(
                Json.write(parameters.keySet()), Json.write(parameters.values()))));
        OpenApiBodies.take(api.getPaths().get("/v1/runs").getPost(), "RunRequest", true, examples);
        OpenApiBodies.take(api.getPaths().get("/v1/runs:plan").getPost(), "RunRequest", true, examples);
    }

    /** How many a run has is a setting. */
    private void labels(Schema<?> request) {
        request.getProperties().get("labels").setMaxProperties(limits.labels());
    }

    private static Example example(Experiment<?> experiment) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("experiment", experiment.kind());
        value.put("parameters", experiment.example());
        return new Example()
                .summary(experiment.title())
                .value(OpenApiBodies.parse(Json.write(value), Object.class));
    }

    private static Operation post(OpenAPI api, String path) {
        return api.getPaths().get(path).getPost();
    }

    /** A run is accepted before it is measured. */
    private static void queued(Operation operation) {
        ApiResponse run = operation.getResponses().remove("200");
        operation.getResponses().addApiResponse("202", run.description("Queued"));
    }

    private static void registered(Operation operation, String entry) {
        operation.getResponses()
                .addApiResponse("200", json("It was registered like this before", entry))
                .addApiResponse("201", json("Registered", entry))
                .addApiResponse("202", json("It is on its way from a hub", "Download"));
    }

    private static ApiResponse json(String description, String schema) {
        return new ApiResponse()
                .description(description)
                .content(new Content()
                        .addMediaType("application/json", new MediaType().schema(new Schema<>().$ref(schema))));
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

    private static void archive(Operation operation) {
        operation.requestBody(new RequestBody()
                .required(true)
                .description("What an export gives")
                .content(new Content().addMediaType("application/zip", new MediaType().schema(parse("""
                        {"type": "string", "format": "binary"}""")))));
    }

    /** Files are sent whole, in ranges, or not again. */
    private static void files(Operation operation) {
        Content content = operation.getResponses().get("200").getContent();
        Content parts = new Content();
        parts.putAll(content);
        parts.addMediaType("multipart/byteranges", content.values().iterator().next());
        operation.addParametersItem(new Parameter().in("header").name("Range").schema(new StringSchema()));
        operation.getResponses()
                .addApiResponse("206", new ApiResponse().description("The ranges asked for").content(parts))
                .addApiResponse("304", new ApiResponse().description("Nothing has changed"))
                .addApiResponse("416", new ApiResponse().description("No such range"));
    }

    private static void path(String path, PathItem item) {
        String[] steps = path.split("[/:]");
        String tag = steps[2].startsWith("{") ? "models" : steps[2];
        for (Operation operation : item.readOperations()) {
            operation.tags(List.of(tag));
            if (operation.getParameters() == null) {
                continue;
            }
            // What is said by content types has no place among parameters.
            operation.getParameters().removeIf(parameter -> parameter.getName().equals("Accept"));
            for (Parameter parameter : operation.getParameters()) {
                parameter.example(example(path, parameter.getName()));
                if (parameter.getName().equals("shelf")) {
                    parameter.schema(parse("""
                            {"type": "string", "enum": ["models", "saes"]}"""));
                }
            }
        }
    }

    /** That of a step of an address is known by the step before it. */
    private static String example(String path, String parameter) {
        List<String> steps = Arrays.asList(path.split("[/:]"));
        int at = steps.indexOf("{" + parameter + "}");
        return EXAMPLES.get(at > 0 ? steps.get(at - 1) : parameter);
    }

    /** A value of no particular type is not an object. */
    private static void anything(Schema<?> schema) {
        if (schema.getAdditionalProperties() instanceof Schema<?> values && isObject(values)) {
            schema.setAdditionalProperties(true);
        }
        if (schema.getItems() != null) {
            anything(schema.getItems());
            schema.setItems(isObject(schema.getItems()) ? new Schema<>() : schema.getItems());
        }
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(OpenApiDocument::anything);
        }
    }

    private static boolean isObject(Schema<?> schema) {
        return schema.get$ref() == null
                && schema.getProperties() == null
                && schema.getAdditionalProperties() == null
                && schema.getTypes() != null
                && schema.getTypes().contains("object");
    }

    private static void numbers(Schema<?> schema) {
        schema.getProperties().replaceAll((name, property) -> {
            if (property.getItems() != null && "double".equals(property.getItems().getFormat())) {
                property.setItems(new Schema<>().$ref("Number"));
            }
            return "double".equals(property.getFormat()) ? new Schema<>().$ref("Number") : property;
        });
    }

    private static Schema<?> parse(String json) {
        return OpenApiBodies.parse(json, Schema.class);
    }

    private static final String RUN_REQUEST = """
            {"type": "object", "required": ["experiment"], "additionalProperties": false, "properties": {
             "experiment": {"type": "string", "enum": %s},
             "parameters": {"description": "Those of the experiment's kind", "anyOf": %s},
             "seed": {"type": "integer", "format": "int64", "default": 0, "description": "Of every random draw"},
             "blocks": {"type": "integer", "minimum": 1, "maximum": 10000,
              "description": "Into how many blocks the items are cut; the kind says where none is given"},
             "priority": {"type": "integer", "minimum": -100, "maximum": 100, "default": 0,
              "description": "Runs of a higher one go first"},
             "deadline_seconds": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 31536000,
              "description": "The run fails where it has not ended so many seconds after its request"},
             "labels": """ + OpenApiBodies.LABELS + "}}";

    private static final String PROBLEM_SCHEMA = """
            {"type": "object", "required": ["type", "title", "status", "code", "retryable"],
             "properties": {
             "type": {"type": "string", "format": "uri"}, "title": {"type": "string"},
             "status": {"type": "integer"}, "detail": {"type": "string"}, "instance": {"type": "string"},
             "code": {"type": "string", "description": "Stable"},
             "retryable": {"type": "boolean"}, "request_id": {"type": "string"},
             "errors": {"type": "array", "items": {"type": "object", "required": ["pointer", "code", "detail"],
              "properties": {
              "pointer": {"type": "string", "description": "Into the body"}, "code": {"type": "string"},
              "detail": {"type": "string"}}}}}}""";
}
