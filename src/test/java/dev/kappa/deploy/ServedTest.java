package dev.kappa.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the chart asks of a server is what a running one has: probes, metrics, settings. */
class ServedTest {
    private static final String RUN = """
            {"experiment": "jacobian_rank", "seed": 7, "blocks": 2, "parameters": {"model": "stories-neox",
             "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": 4, "length": 16}}""";
    /** A metric's name before its labels, as in {@code kappa_blocks_total{experiment="…"}}. */
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{([^}]*)}");
    /** Prometheus adds these to whatever it scrapes of a pod. */
    private static final Set<String> OF_THE_TARGET = Set.of("namespace", "service", "pod");
    private static final Path AUTOSCALED = Rendered.CHART.resolve("ci/autoscaled.yaml");

    private static Path home;
    private static KappaServer server;
    /** Names of labels by metric. */
    private static Map<String, Set<String>> metrics;

    /** One that measures, and one with so little room that it evicts. */
    @BeforeAll
    static void serversThatHaveWorked() {
        home = TestHomes.fresh();
        server = KappaServer.start(home, "kappa.device-bytes=10MB");
        for (int width : new int[] {64, 32, 64}) {
            assertThat(server.client().post("/v1/saes/stories-l2-x" + width + ":load", "{}").status()).isEqualTo(200);
        }
        metrics = series(server.client().get("/actuator/prometheus").text());
        KappaClient measuring = KappaServer.shared().client();
        assertThat(measuring.finished(RUN).get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(measuring.post("/v1/runs", "{}").status()).isEqualTo(422);
        try (Gate gate = Gate.shut()) {
            String cancelled = measuring.running(gate.body());
            measuring.post("/v1/runs/" + cancelled + ":cancel", "");
            measuring.awaitEnd(cancelled);
        }
        metrics.putAll(series(measuring.get("/actuator/prometheus").text()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everyProbeIsAnsweredWhenTheServerIsWell() {
        for (Path values : Rendered.valueSets()) {
            List<Probe> probes = ChartTest.probes(ChartTest.container(Rendered.of(values)));
            assertThat(probes).extracting(probe -> probe.getHttpGet().getPath())
                    .containsExactly(
                            "/actuator/health/liveness", "/actuator/health/readiness", "/actuator/health/liveness");
            for (Probe probe : probes) {
                assertThat(server.client().get(probe.getHttpGet().getPath()).status()).isEqualTo(200);
                assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
            }
        }
        assertThat(server.client().get("/actuator/health/readiness").text()).contains("UP");
    }

    @Test
    void everyQueryOfTheDashboardNamesMetricsAndLabelsThatThereAre() {
        List<String> queries = new ArrayList<>();
        for (JsonNode panel : dashboard().get("panels")) {
            for (JsonNode target : panel.get("targets")) {
                queries.add(target.get("expr").asString());
                Matcher legend = Pattern.compile("\\{\\{(\\w+)}}").matcher(target.get("legendFormat").asString());
                while (legend.find()) {
                    assertThat(grouped(target.get("expr").asString())).contains(legend.group(1));
                }
            }
        }
        assertThat(queries).hasSizeGreaterThan(20);
        queries.forEach(ServedTest::check);
    }

    @Test
    void theMonitorScrapesWhereTheMetricsAreAndAutoscalingReadsSomeOfThem() {
        Rendered rendered = Rendered.of(AUTOSCALED);
        String path = (String) Rendered.at(rendered.foreign("ServiceMonitor").get(0), "spec", "endpoints", 0, "path");
        assertThat(server.client().get(path).text()).contains("kappa_queue_depth");
        check((String) Rendered.at(
                rendered.foreign("ScaledObject").get(0), "spec", "triggers", 0, "metadata", "query"));
    }

    @Test
    void aMetricThatDoesNotExistIsNoticed() {
        assertThat(metrics).doesNotContainKey("kappa_queue_wait_minutes");
        assertThat(metrics.get("kappa_blocks_total")).contains("experiment", "outcome").doesNotContain("run");
    }

    /** Replicas unpack the bundled things each into its own home, and share the fingerprints in the database. */
    @Test
    void whatIsBundledHasTheSameTimesInEveryHome() throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("bundled"))) {
            assertThat(files.filter(Files::isRegularFile).toList())
                    .hasSizeGreaterThan(10)
                    .allSatisfy(file -> assertThat(Files.getLastModifiedTime(file).toMillis()).isZero());
        }
    }

    /** Environment variables are another spelling of the keys that the server reads. */
    @Test
    void everySettingOfTheChartIsOneThatTheServerReads() {
        Map<String, String> keys = Map.ofEntries(
                Map.entry("KAPPA_HOME", "kappa.home"),
                Map.entry("KAPPA_ACCESS_BOOTSTRAP_KEY", "kappa.access.bootstrap-key"),
                Map.entry("KAPPA_ACCESS_OPEN", "kappa.access.open"),
                Map.entry("KAPPA_HOSTS", "kappa.hosts"),
                Map.entry("KAPPA_SOURCES_ROOTS", "kappa.sources.roots"),
                Map.entry("KAPPA_DEVICES", "kappa.devices"),
                Map.entry("KAPPA_ROLE", "kappa.role"),
                Map.entry("KAPPA_DEVICEBYTES", "kappa.device-bytes"),
                Map.entry("KAPPA_ENGINE_ATTEMPTS", "kappa.engine.attempts"),
                Map.entry("KAPPA_ENGINE_DATABASEPATIENCE", "kappa.engine.database-patience"),
                Map.entry("KAPPA_STORE", "kappa.store"),
                Map.entry("KAPPA_STORE_S3_ENDPOINT", "kappa.store.s3.endpoint"),
                Map.entry("KAPPA_STORE_S3_REGION", "kappa.store.s3.region"),
                Map.entry("KAPPA_TRACES", "kappa.traces"),
                Map.entry("LOGGING_STRUCTURED_FORMAT_CONSOLE", "logging.structured.format.console"),
                Map.entry("KAPPA_HUB_ENDPOINT", "kappa.hub.endpoint"),
                Map.entry("DBSCHEDULER_SHUTDOWNMAXWAIT", "db-scheduler.shutdown-max-wait"),
                Map.entry("SERVER_ADDRESS", "server.address"),
                Map.entry("SERVER_PORT", "server.port"),
                Map.entry("SPRING_DATASOURCE_URL", "spring.datasource.url"),
                Map.entry("SPRING_DATASOURCE_USERNAME", "spring.datasource.username"),
                Map.entry("SPRING_DATASOURCE_PASSWORD", "spring.datasource.password"));
        Set<String> used = new HashSet<>();
        for (Path values : Rendered.valueSets()) {
            ChartTest.container(Rendered.of(values)).getEnv().stream().map(EnvVar::getName).forEach(used::add);
        }
        used.removeAll(Set.of("HF_TOKEN", "JDK_JAVA_OPTIONS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"));
        assertThat(used).isEqualTo(keys.keySet());

        StandardEnvironment environment = new StandardEnvironment();
        Map<String, Object> given = new HashMap<>();
        keys.keySet().forEach(variable -> given.put(variable, "value of " + variable));
        environment.getPropertySources().addFirst(new SystemEnvironmentPropertySource("systemEnvironment", given));
        ConfigurationPropertySources.attach(environment);
        keys.forEach((variable, key) -> {
            assertThat(environment.getProperty(key)).isEqualTo("value of " + variable);
            assertThat(Binder.get(environment).bind(key, String.class).get()).isEqualTo("value of " + variable);
        });
    }

    private static JsonNode dashboard() {
        ConfigMap map = Rendered.of(AUTOSCALED).all(ConfigMap.class).get(0);
        return JsonMapper.shared().readTree(map.getData().get("kappa.json"));
    }

    private static void check(String query) {
        Matcher series = SERIES.matcher(query);
        Set<String> labels = new HashSet<>(OF_THE_TARGET);
        int found = 0;
        while (series.find()) {
            found++;
            assertThat(metrics).as(query).containsKey(series.group(1));
            labels.addAll(metrics.get(series.group(1)));
            Matcher label = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)").matcher(series.group(2));
            while (label.find()) {
                assertThat(labels).as(query).contains(label.group(1));
            }
        }
        assertThat(found).as(query).isPositive();
        assertThat(labels).as(query).containsAll(grouped(query));
    }

    /** The labels that a query keeps. */
    private static Set<String> grouped(String query) {
        Set<String> labels = new HashSet<>();
        Matcher by = Pattern.compile("\\bby \\(([^)]*)\\)").matcher(query);
        while (by.find()) {
            labels.addAll(List.of(by.group(1).split("\\s*,\\s*")));
        }
        return labels;
    }

    private static Map<String, Set<String>> series(String text) {
        Map<String, Set<String>> found = new HashMap<>();
        for (String line : text.split("\n")) {
            if (line.startsWith("#")) {
                continue;
            }
            Matcher name = Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)").matcher(line);
            if (name.find()) {
                Set<String> labels = found.computeIfAbsent(name.group(1), any -> new HashSet<>());
                Matcher label = Pattern.compile("[{,](\\w+)=\"").matcher(line);
                while (label.find()) {
                    labels.add(label.group(1));
                }
            }
        }
        return found;
    }
}
