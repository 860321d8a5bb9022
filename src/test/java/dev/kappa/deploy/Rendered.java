package dev.kappa.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The objects of the chart for one set of values, read strictly: an unknown kind or field fails. The two kinds
 * that are not of Kubernetes itself stay maps.
 */
record Rendered(List<HasMetadata> objects, List<Map<String, Object>> foreign) {
    static final Path CHART = Path.of("helm", "kappa");
    static final String RELEASE = "lab";
    static final String NAMESPACE = "research";

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "v1/Service", Service.class,
            "v1/ServiceAccount", ServiceAccount.class,
            "v1/ConfigMap", ConfigMap.class,
            "v1/PersistentVolumeClaim", PersistentVolumeClaim.class,
            "apps/v1/StatefulSet", StatefulSet.class,
            "apps/v1/Deployment", Deployment.class,
            "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);
    private static final List<String> FOREIGN =
            List.of("monitoring.coreos.com/v1/ServiceMonitor", "keda.sh/v1alpha1/ScaledObject");

    /** The model's types keep unknown fields aside; without that they refuse them. */
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .build();

    /** The value sets of the chart's {@code ci} folder. */
    static List<Path> valueSets() {
        try (Stream<Path> files = Files.list(CHART.resolve("ci"))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Rendered of(Path values) {
        return parse(template(values));
    }

    static String template(Path values) {
        return new Helm(CHART)
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withValuesFile(values)
                .call();
    }

    static Rendered parse(String yaml) {
        List<HasMetadata> objects = new ArrayList<>();
        List<Map<String, Object>> foreign = new ArrayList<>();
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        for (Object document : new Yaml(new SafeConstructor(options)).loadAll(yaml)) {
            if (document == null) {
                continue;
            }
            Map<String, Object> object = map(document);
            String kind = object.get("apiVersion") + "/" + object.get("kind");
            if (FOREIGN.contains(kind)) {
                foreign.add(object);
            } else if (KINDS.containsKey(kind)) {
                objects.add(STRICT.convertValue(object, KINDS.get(kind)));
            } else {
                throw new IllegalArgumentException("a kind that nobody expects: " + kind);
            }
        }
        return new Rendered(objects, foreign);
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<Workload> workloads() {
        return Stream.concat(
                        all(StatefulSet.class).stream().map(Workload::of), all(Deployment.class).stream().map(Workload::of))
                .toList();
    }

    /** The servers that measure. */
    StatefulSet server() {
        return all(StatefulSet.class).stream()
                .filter(set -> "server".equals(set.getMetadata().getLabels().get("app.kubernetes.io/component")))
                .findFirst()
                .orElseThrow();
    }

    List<Map<String, Object>> foreign(String kind) {
        return foreign.stream().filter(object -> object.get("kind").equals(kind)).toList();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    /** What is at keys, of maps, or at numbers, of lists. */
    static Object at(Object value, Object... path) {
        Object found = value;
        for (Object step : path) {
            found = step instanceof Integer index ? ((List<?>) found).get(index) : map(found).get(step);
        }
        return found;
    }
}
