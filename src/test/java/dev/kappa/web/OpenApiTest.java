package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.kappa.run.Submission;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * The committed document is that of the code. To write it anew:
 * {@code mvn test -Dtest=OpenApiTest -Dkappa.openapi.write=true}.
 */
class OpenApiTest {
    private static final Path COMMITTED = Path.of("api-spec", "openapi.yaml");
    private static final List<String> METHODS = List.of("get", "put", "post", "patch", "delete");

    private final KappaClient client = KappaServer.shared().client();

    @Test
    void theCommittedDocumentIsThatOfTheCode() throws IOException {
        Map<String, Object> live = withoutCounting(parse(client.get("/v1/openapi.yaml").text()));
        if (Boolean.getBoolean("kappa.openapi.write")) {
            Files.createDirectories(COMMITTED.getParent());
            Files.writeString(COMMITTED, dump(live));
        }
        Map<String, Object> committed = parse(Files.readString(COMMITTED));
        assertThat(breaking(committed, live)).as("breaking changes").isEmpty();
        assertThat(dump(live)).as("api-spec/openapi.yaml is out of date").isEqualTo(dump(committed));
    }

    @Test
    void everyOperationHasASummaryAndSaysWhatItAnswers() {
        Map<String, Object> paths = map(parse(client.get("/v1/openapi.yaml").text()).get("paths"));
        assertThat(paths).containsKeys("/v1/runs", "/v1/comparisons", "/v1/models", "/v1/devices", "/v1/runs:plan");
        paths.forEach((path, operations) -> map(operations).forEach((method, operation) -> {
            if (METHODS.contains(method)) {
                assertThat(map(operation).get("summary")).as(method + " " + path).isNotNull();
                assertThat(map(map(operation).get("responses"))).as(method + " " + path).containsKey("default");
            }
        }));
    }

    @Test
    void aRequestOfARunMayHaveWhateverASubmissionHas() {
        Map<String, Object> request =
                at(parse(client.get("/v1/openapi.yaml").text()), "components", "schemas", "RunRequest", "properties");
        assertThat(request.keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Submission.class.getRecordComponents())
                        .map(component -> PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName()))
                        .toList());
    }

    @Test
    void theExamplesOfRunsAreAccepted() {
        Map<String, Object> examples = at(
                parse(client.get("/v1/openapi.yaml").text()),
                "paths", "/v1/runs:plan", "post", "requestBody", "content", "application/json", "examples");
        assertThat(examples).containsKeys("jacobian_rank", "width_sweep", "counting");
        examples.forEach((name, example) -> {
            String body = tools.jackson.databind.json.JsonMapper.shared()
                    .writeValueAsString(map(example).get("value"));
            KappaClient.Answer plan = client.post("/v1/runs:plan", body);
            assertThat(plan.status()).as(name + ": " + plan.text()).isEqualTo(200);
        });
    }

    /** Operations, required properties and properties of answers that are gone. */
    private static List<String> breaking(Map<String, Object> before, Map<String, Object> after) {
        List<String> gone = new ArrayList<>();
        at(before, "paths").forEach((path, operations) -> map(operations).keySet().stream()
                .filter(METHODS::contains)
                .filter(method -> !map(at(after, "paths").getOrDefault(path, Map.of())).containsKey(method))
                .forEach(method -> gone.add(method + " " + path)));
        at(before, "components", "schemas").forEach((name, schema) -> {
            Object now = at(after, "components", "schemas").get(name);
            TreeSet<String> properties =
                    new TreeSet<>(map(map(schema).getOrDefault("properties", Map.of())).keySet());
            if (now != null) {
                properties.removeAll(map(map(now).getOrDefault("properties", Map.of())).keySet());
                properties.forEach(property -> gone.add(name + "." + property));
            }
        });
        gone.sort(Comparator.naturalOrder());
        return gone;
    }

    /** The shared server knows a kind that the product does not have. */
    private static Map<String, Object> withoutCounting(Map<String, Object> document) {
        Map<String, Object> schemas = at(document, "components", "schemas");
        schemas.remove("parameters_counting");
        Map<String, Object> request = at(document, "components", "schemas", "RunRequest", "properties");
        ((List<?>) map(request.get("experiment")).get("enum")).remove("counting");
        ((List<?>) map(request.get("parameters")).get("anyOf"))
                .removeIf(reference -> reference.toString().contains("parameters_counting"));
        for (String path : List.of("/v1/runs", "/v1/runs:plan")) {
            at(document, "paths", path, "post", "requestBody", "content", "application/json", "examples")
                    .remove("counting");
        }
        return document;
    }

    private static Map<String, Object> at(Map<String, Object> document, String... steps) {
        Map<String, Object> there = document;
        for (String step : steps) {
            there = map(there.get(step));
        }
        return there;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }

    private static Map<String, Object> parse(String yaml) {
        return new Yaml().load(yaml);
    }

    private static String dump(Map<String, Object> document) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setDereferenceAliases(true);
        options.setWidth(120);
        return new Yaml(options).dump(document);
    }
}
