package dev.kappa.web;

import dev.kappa.fault.Refuses;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The codes of problems in the document: those of an operation by status, and those that any may answer. */
final class OpenApiRefusals {
    private static final String PROBLEM = "Problem";

    private static final String ANY = "Refused";

    /** What is refused before or whatever the operation. */
    private static final Map<Integer, List<String>> ANYWHERE = Map.ofEntries(
            Map.entry(400, List.of("malformed_request", "bad_request", "invalid_parameter", "malformed_json")),
            Map.entry(401, List.of("key_missing", "invalid_key")),
            Map.entry(403, List.of("missing_scope", "cross_origin", "unknown_host")),
            Map.entry(404, List.of("not_found")),
            Map.entry(405, List.of("method_not_allowed")),
            Map.entry(406, List.of("not_acceptable")),
            Map.entry(413, List.of("too_large")),
            Map.entry(415, List.of("unsupported_media_type")),
            Map.entry(421, List.of("worker_only")),
            Map.entry(422, List.of("invalid_character")),
            Map.entry(429, List.of("rate_limited")),
            Map.entry(500, List.of("internal_error")),
            Map.entry(502, List.of("fetch_failed")),
            Map.entry(503, List.of("database_unavailable", "unavailable", "being_fetched")));

    private OpenApiRefusals() {}

    static void add(Operation operation, Refuses[] refusals) {
        for (Refuses refusal : refusals) {
            List<String> codes = Stream.concat(
                            Arrays.stream(refusal.codes()),
                            ANYWHERE.getOrDefault(refusal.status(), List.of()).stream())
                    .distinct()
                    .toList();
            String description = String.join(", ", refusal.codes())
                    + (refusal.open() ? ", or what is wrong with a file that is named" : "");
            operation.getResponses()
                    .addApiResponse(
                            String.valueOf(refusal.status()),
                            problem(description, refusal.open() ? new Schema<>().$ref(PROBLEM) : coded(codes)));
        }
    }

    /** What any operation may answer, said once. */
    static void addAnywhere(OpenAPI api) {
        List<String> codes = ANYWHERE.values().stream().flatMap(List::stream).sorted().toList();
        api.getComponents().addResponses(ANY, problem("What any address may refuse", coded(codes)));
        api.getPaths().values().forEach(path -> path.readOperations().forEach(operation -> operation
                .getResponses()
                .addApiResponse("default", new ApiResponse().$ref("#/components/responses/" + ANY))));
    }

    private static ApiResponse problem(String description, Schema<?> schema) {
        return new ApiResponse()
                .description(description)
                .content(new Content().addMediaType("application/problem+json", new MediaType().schema(schema)));
    }

    private static Schema<?> coded(List<String> codes) {
        StringSchema code = new StringSchema();
        code.addType("string");
        codes.forEach(code::addEnumItem);
        return new Schema<>().allOf(List.of(
                new Schema<>().$ref(PROBLEM), new Schema<>().addProperty("code", code)));
    }
}
