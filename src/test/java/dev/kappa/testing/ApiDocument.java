package dev.kappa.testing;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The committed document of the HTTP interface, as a rule for every answer. */
final class ApiDocument {
    private static final String IRI = "urn:kappa:document";

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final List<Template> templates = new ArrayList<>();
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private record Template(String path, Pattern pattern) {}

    private ApiDocument(Path file) {
        try {
            document = JsonMapper.shared().valueToTree(new Yaml().load(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(IRI, document.toString())));
        document.get("paths").propertyNames().forEach(path -> templates.add(new Template(
                path, Pattern.compile(path.replaceAll("\\{[^}]+}", "[^/]+")))));
        templates.sort(Comparator.comparingInt((Template template) -> template.path().replaceAll("\\{[^}]+}", "").length())
                .reversed());
    }

    static ApiDocument committed() {
        return Committed.DOCUMENT;
    }

    private static final class Committed {
        static final ApiDocument DOCUMENT = new ApiDocument(Path.of("api-spec", "openapi.yaml"));
    }

    /** What of an answer the document does not allow for; empty where it does. */
    List<String> against(String method, String path, KappaClient.Answer answer) {
        if (!path.startsWith("/v1/") || path.startsWith("/v1/openapi")) {
            return List.of();
        }
        Optional<String> operation = operation(method, path);
        String at = operation.map(pointer -> response(pointer, answer.status())).orElse(null);
        if (at == null) {
            return answer.status() < 400
                    ? List.of("the document has no answer " + answer.status() + " to this")
                    : problems("/components/schemas/Problem", answer);
        }
        JsonNode content = document.at(at + "/content");
        if (content.isMissingNode() || answer.text().isEmpty()) {
            return answer.text().isEmpty() ? List.of() : List.of("the document has no body in answer " + answer.status());
        }
        String type = answer.header("Content-Type").split(";")[0];
        if (!content.has(type)) {
            return List.of("the document has no content of type " + type + " in answer " + answer.status());
        }
        return type.endsWith("json") ? problems(at + "/content/" + escaped(type) + "/schema", answer) : List.of();
    }

    private Optional<String> operation(String method, String path) {
        return templates.stream()
                .filter(template -> template.pattern().matcher(path).matches())
                .map(template -> "/paths/" + escaped(template.path()) + "/" + (method.equals("HEAD") ? "get" : lower(method)))
                .filter(pointer -> document.at(pointer).isObject())
                .findFirst();
    }

    private String response(String operation, int status) {
        String exact = operation + "/responses/" + status;
        if (document.at(exact).isObject()) {
            return exact;
        }
        return status < 400
                ? null
                : document.at(operation + "/responses/default/$ref").asString().substring(1);
    }

    private List<String> problems(String pointer, KappaClient.Answer answer) {
        return schemas.computeIfAbsent(pointer, at -> registry.getSchema(SchemaLocation.of(IRI + "#" + fragment(at))))
                .validate(answer.json())
                .stream()
                .map(Error::toString)
                .toList();
    }

    private static String lower(String method) {
        return method.toLowerCase(Locale.ROOT);
    }

    private static String escaped(String step) {
        return step.replace("~", "~0").replace("/", "~1");
    }

    private static String fragment(String pointer) {
        return pointer.replace("{", "%7B").replace("}", "%7D");
    }
}
