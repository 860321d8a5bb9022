package dev.kappa.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart renders for each of its value sets, without a cluster. */
class ChartTest {
    /** Named by the value sets, and made by whoever installs the chart. */
    private static final Set<String> EXISTING_SECRETS =
            Set.of("kappa-db", "kappa-hub", "kappa-postgres-login", "kappa-s3", "kappa-first-key");

    private static final Set<String> EXISTING_CLAIMS = Set.of("kappa-results", "models", "saes");

    static Stream<Path> valueSets() {
        return Rendered.valueSets().stream();
    }

    @Test
    void theChartPassesStrictLintAndThereAreThirteenValueSets() {
        LintResult lint = new Helm(Rendered.CHART).lint().strict().call();
        assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
        assertThat(Rendered.valueSets()).hasSize(13);
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyObjectIsOneThatKubernetesKnowsFieldByField(Path values) {
        Rendered rendered = Rendered.of(values);
        assertThat(rendered.objects()).hasSizeGreaterThan(2);
        assertThat(rendered.objects())
                .extracting(object -> object.getKind() + "/" + object.getMetadata().getName())
                .doesNotHaveDuplicates();
        assertThat(rendered.objects())
                .allSatisfy(object -> assertThat(object.getMetadata().getName()).matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"));
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowFails() {
        String good = Rendered.template(Rendered.CHART.resolve("ci/cpu.yaml"));
        for (String[] typo : new String[][] {
            {"readinessProbe:", "readynessProbe:"},
            {"terminationGracePeriodSeconds:", "terminationGracePeriod:"},
            {"targetPort:", "targetport:"},
            {"podSelector:", "podSelectors:"},
            {"maxUnavailable:", "maxUnavailables:"},
            {"volumeClaimTemplates:", "volumeClaims:"}
        }) {
            assertThat(good).contains(typo[0]);
            assertThatThrownBy(() -> Rendered.parse(good.replace(typo[0], typo[1])))
                    .as(typo[1])
                    .hasMessageContaining(typo[1].replace(":", ""));
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everySelectorMatchesThePodsItMeansAndNoOthers(Path values) {
        Rendered rendered = Rendered.of(values);
        for (Workload workload : rendered.workloads()) {
            assertThat(chosen(rendered, workload.selector())).containsExactly(workload);
        }
        for (StatefulSet set : rendered.all(StatefulSet.class)) {
            assertThat(rendered.all(Service.class))
                    .anySatisfy(service -> assertThat(service.getMetadata().getName())
                            .isEqualTo(set.getSpec().getServiceName()));
        }
        for (Service service : rendered.all(Service.class)) {
            List<Workload> behind = chosen(rendered, service.getSpec().getSelector());
            assertThat(behind).as(service.getMetadata().getName()).hasSize(1);
            for (ServicePort port : service.getSpec().getPorts()) {
                assertThat(behind.get(0).ports()).containsKey(port.getTargetPort().getStrVal());
            }
        }
        Set<Workload> spared = new HashSet<>();
        rendered.all(PodDisruptionBudget.class)
                .forEach(budget -> spared.addAll(chosen(rendered, budget.getSpec().getSelector().getMatchLabels())));
        assertThat(spared).isIn(Set.of(), Set.copyOf(servers(rendered)));
        Set<Workload> guarded = new HashSet<>();
        for (NetworkPolicy policy : rendered.all(NetworkPolicy.class)) {
            List<Workload> behind = chosen(rendered, policy.getSpec().getPodSelector().getMatchLabels());
            assertThat(behind).hasSize(1);
            guarded.addAll(behind);
            assertThat(policy.getSpec().getIngress())
                    .flatExtracting(NetworkPolicyIngressRule::getPorts)
                    .extracting(port -> port.getPort().getStrVal())
                    .allSatisfy(name -> assertThat(behind.get(0).ports()).containsKey(name));
            assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        }
        assertThat(guarded).isIn(Set.of(), Set.copyOf(rendered.workloads()));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void whatIsNamedIsThere(Path values) {
        Rendered rendered = Rendered.of(values);
        Set<String> claims = names(rendered, PersistentVolumeClaim.class, EXISTING_CLAIMS);
        for (Workload workload : rendered.workloads()) {
            PodSpec pod = workload.pod();
            for (Container container : pod.getContainers()) {
                assertThat(container.getEnv()).extracting(EnvVar::getName).doesNotHaveDuplicates();
                assertThat(container.getEnv())
                        .filteredOn(variable -> variable.getValueFrom() != null)
                        .allSatisfy(variable -> assertThat(EXISTING_SECRETS)
                                .contains(variable.getValueFrom().getSecretKeyRef().getName()));
                assertThat(container.getVolumeMounts())
                        .extracting(VolumeMount::getMountPath)
                        .doesNotHaveDuplicates();
                assertThat(container.getVolumeMounts().stream().map(VolumeMount::getName).collect(Collectors.toSet()))
                        .isEqualTo(workload.volumes());
            }
            assertThat(pod.getVolumes())
                    .filteredOn(volume -> volume.getPersistentVolumeClaim() != null)
                    .allSatisfy(volume -> assertThat(claims)
                            .contains(volume.getPersistentVolumeClaim().getClaimName()));
            String account = pod.getServiceAccountName();
            assertThat(account == null
                            || account.equals("runner")
                            || names(rendered, ServiceAccount.class, Set.of()).contains(account))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void noContainerMayMoreThanItNeeds(Path values) {
        for (Workload workload : Rendered.of(values).workloads()) {
            PodSpec pod = workload.pod();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            for (Container container : pod.getContainers()) {
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
                assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
                assertThat(container.getVolumeMounts()).extracting(VolumeMount::getMountPath).contains("/tmp");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void aReplicaHasTheGpusThatItsServerIsTold(Path values) {
        Container server = container(Rendered.of(values));
        String devices = value(server, "KAPPA_DEVICES");
        Quantity gpus = server.getResources().getLimits() == null
                ? null
                : server.getResources().getLimits().get("nvidia.com/gpu");
        if (gpus == null) {
            assertThat(devices).isEqualTo("cpu");
            assertThat(server.getImage()).doesNotContain("cuda");
        } else {
            assertThat(devices.split(",")).hasSize(gpus.getNumericalAmount().intValue());
            assertThat(devices).startsWith("cuda:0");
            assertThat(server.getImage()).matches(".*-cuda|.*:v7");
        }
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void kubernetesWaitsLongerThanTheServerMayNeedToHandItsBlockBack(Path values) {
        StatefulSet set = Rendered.of(values).server();
        Container server = set.getSpec().getTemplate().getSpec().getContainers().get(0);
        int preStop = Integer.parseInt(server.getLifecycle().getPreStop().getExec().getCommand().get(1));
        int engine = seconds(value(server, "DBSCHEDULER_SHUTDOWNMAXWAIT"));
        assertThat(engine).isGreaterThan(seconds(value(server, "KAPPA_ENGINE_DATABASEPATIENCE")));
        assertThat(set.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
                .isGreaterThan(preStop + 20L + engine);
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void severalReplicasShareDatabaseAndStoreButNotTheHome(Path values) {
        Rendered rendered = Rendered.of(values);
        StatefulSet set = rendered.server();
        Integer replicas = set.getSpec().getReplicas();
        assertThat(set.getSpec().getVolumeClaimTemplates())
                .extracting(claim -> claim.getMetadata().getName())
                .contains("home");
        if (replicas != null && replicas <= 1) {
            return;
        }
        Container server = container(rendered);
        assertThat(server.getEnv()).extracting(EnvVar::getName).contains("SPRING_DATASOURCE_URL");
        if (server.getEnv().stream().anyMatch(variable -> variable.getName().equals("KAPPA_STORE"))) {
            assertThat(value(server, "KAPPA_STORE")).startsWith("s3://");
            assertThat(server.getVolumeMounts()).extracting(VolumeMount::getName).doesNotContain("store");
            return;
        }
        assertThat(server.getVolumeMounts())
                .filteredOn(mount -> mount.getName().equals("store"))
                .extracting(VolumeMount::getMountPath)
                .containsExactly("/var/lib/kappa/tallies", "/var/lib/kappa/artifacts", "/var/lib/kappa/hub");
    }

    /** The server does not start else, for it listens on every address. */
    @ParameterizedTest
    @MethodSource("valueSets")
    void aServerHasAFirstKeyOrIsOpenOnPurpose(Path values) {
        Rendered rendered = Rendered.of(values);
        List<EnvVar> first = container(rendered).getEnv().stream()
                .filter(variable -> variable.getName().equals("KAPPA_ACCESS_BOOTSTRAP_KEY"))
                .toList();
        if (values.endsWith("cpu.yaml")) {
            assertThat(first).isEmpty();
            assertThat(value(container(rendered), "KAPPA_ACCESS_OPEN")).isEqualTo("true");
            assertThat(value(container(rendered), "KAPPA_HOSTS")).contains("lab-kappa.research.svc");
            return;
        }
        assertThat(first.get(0).getValueFrom().getSecretKeyRef().getName()).isEqualTo("kappa-first-key");
    }

    @Test
    void fileSourcesMayLieInTheVolumesAlone() {
        Rendered rendered = Rendered.of(Rendered.CHART.resolve("ci/local-models.yaml"));
        assertThat(value(container(rendered), "KAPPA_SOURCES_ROOTS")).isEqualTo("/models,/saes");
    }

    @Test
    void autoscalingLeavesTheReplicasToItsTarget() {
        Rendered rendered = Rendered.of(Rendered.CHART.resolve("ci/autoscaled.yaml"));
        Map<String, Object> scaled = rendered.foreign("ScaledObject").get(0);
        assertThat(rendered.server().getSpec().getReplicas()).isNull();
        assertThat(Rendered.at(scaled, "spec", "scaleTargetRef", "name"))
                .isEqualTo(rendered.server().getMetadata().getName());
        assertThat(Rendered.at(scaled, "spec", "scaleTargetRef", "kind")).isEqualTo("StatefulSet");
        assertThat(Rendered.map(scaled.get("spec")).keySet())
                .isSubsetOf(
                        "scaleTargetRef", "pollingInterval", "cooldownPeriod", "minReplicaCount", "maxReplicaCount",
                        "triggers", "advanced", "fallback");
        assertThat(Rendered.map(Rendered.at(scaled, "spec", "triggers", 0)).keySet())
                .isSubsetOf("type", "metricType", "metadata", "name", "authenticationRef", "useCachedMetrics");
    }

    @ParameterizedTest
    @CsvSource({"roles.yaml, true", "roles-s3.yaml, false"})
    void rolesDivideAnsweringAndMeasuring(String values, boolean volume) {
        Rendered rendered = Rendered.of(Rendered.CHART.resolve("ci").resolve(values));
        Deployment api = rendered.all(Deployment.class).get(0);
        Workload answering = Workload.of(api);
        Workload measuring = Workload.of(rendered.server());
        assertThat(value(answering.container(), "KAPPA_ROLE")).isEqualTo("api");
        assertThat(value(measuring.container(), "KAPPA_ROLE")).isEqualTo("worker");
        assertThat(chosen(rendered, service(rendered, "lab-kappa").getSpec().getSelector())).containsExactly(answering);
        assertThat(chosen(rendered, service(rendered, "lab-kappa-pods").getSpec().getSelector()))
                .containsExactly(measuring);

        assertThat(probes(answering.container())).isEqualTo(probes(measuring.container()));
        assertThat(answering.ports()).isEqualTo(measuring.ports());
        int preStop = Integer.parseInt(
                answering.container().getLifecycle().getPreStop().getExec().getCommand().get(1));
        assertThat(answering.pod().getTerminationGracePeriodSeconds())
                .isGreaterThan(preStop + 20L)
                .isLessThan(measuring.pod().getTerminationGracePeriodSeconds());

        Set<String> ofTheOther = Set.of("KAPPA_ROLE", "KAPPA_DEVICES");
        assertThat(settings(answering, ofTheOther)).isEqualTo(settings(measuring, ofTheOther));
        assertThat(answering.container().getVolumeMounts()).isEqualTo(measuring.container().getVolumeMounts());
        assertThat(answering.container().getVolumeMounts().stream().anyMatch(mount -> mount.getName().equals("store")))
                .isEqualTo(volume);
    }

    @Test
    void whoOnlyAnswersTakesNoGpuAndNoNodeThatHasOne() {
        Rendered rendered = Rendered.of(Rendered.CHART.resolve("ci/roles.yaml"));
        Workload api = Workload.of(rendered.all(Deployment.class).get(0));
        assertThat(api.container().getEnv()).extracting(EnvVar::getName).doesNotContain("KAPPA_DEVICES");
        assertThat(api.container().getResources().getLimits()).containsOnlyKeys("memory");
        assertThat(api.container().getImage()).doesNotContain("cuda");
        assertThat(api.pod().getRuntimeClassName()).isNull();
        assertThat(api.pod().getTolerations()).isEmpty();
        assertThat(api.pod().getNodeSelector()).containsExactly(Map.entry("pool", "small"));
        assertThat(container(rendered).getImage()).endsWith("-cuda");
    }

    @Test
    void requestsReachThoseWhoAnswerAlone() {
        Rendered rendered = Rendered.of(Rendered.CHART.resolve("ci/roles.yaml"));
        assertThat(policy(rendered, "lab-kappa-api").getSpec().getIngress().get(0).getFrom())
                .hasSize(2)
                .anySatisfy(peer -> assertThat(peer.getPodSelector().getMatchLabels()).containsKey("kappa-client"));
        assertThat(policy(rendered, "lab-kappa").getSpec().getIngress().get(0).getFrom())
                .hasSize(1)
                .allSatisfy(peer -> assertThat(peer.getNamespaceSelector().getMatchLabels()).containsValue("monitoring"));
        assertThat(policy(rendered, "lab-kappa-postgres").getSpec().getIngress().get(0).getFrom())
                .extracting(peer -> chosen(rendered, peer.getPodSelector().getMatchLabels()))
                .containsExactlyInAnyOrderElementsOf(servers(rendered).stream().map(List::of).toList());
        Rendered unread = Rendered.of(Rendered.CHART.resolve("ci/roles-s3.yaml"));
        assertThat(policy(unread, "lab-kappa").getSpec().getIngress()).isEmpty();
    }

    @Test
    void metricsOfBothRolesHaveOneNameAndScaleThoseWhoMeasure() {
        Rendered rendered = Rendered.of(Rendered.CHART.resolve("ci/roles.yaml"));
        Map<String, Object> scaled = rendered.foreign("ScaledObject").get(0);
        assertThat(Rendered.at(scaled, "spec", "scaleTargetRef", "kind")).isEqualTo("StatefulSet");
        assertThat(Rendered.at(scaled, "spec", "scaleTargetRef", "name"))
                .isEqualTo(rendered.server().getMetadata().getName());
        Map<String, Object> monitor = rendered.foreign("ServiceMonitor").get(0);
        Map<String, Object> labels = Rendered.map(Rendered.at(monitor, "spec", "selector", "matchLabels"));
        List<?> components = (List<?>) Rendered.at(monitor, "spec", "selector", "matchExpressions", 0, "values");
        assertThat(rendered.all(Service.class).stream()
                        .map(service -> service.getMetadata())
                        .filter(service -> service.getLabels().entrySet().containsAll(labels.entrySet()))
                        .filter(service -> components.contains(service.getLabels().get("app.kubernetes.io/component")))
                        .map(service -> service.getName()))
                .containsExactlyInAnyOrder("lab-kappa", "lab-kappa-pods");
        assertThat(Rendered.at(monitor, "spec", "endpoints", 0, "relabelings"))
                .isEqualTo(List.of(Map.of("targetLabel", "service", "replacement", "lab-kappa")));
        assertThat((String) Rendered.at(scaled, "spec", "triggers", 0, "metadata", "query"))
                .contains("service=\"lab-kappa\"");
    }

    @ParameterizedTest
    @CsvSource({"autoscaled.yaml", "patient.yaml"})
    void theMonitorFindsOneServiceAndItsPort(String values) {
        Rendered rendered = Rendered.of(Rendered.CHART.resolve("ci").resolve(values));
        Map<String, Object> monitor = rendered.foreign("ServiceMonitor").get(0);
        Map<String, Object> labels = Rendered.map(Rendered.at(monitor, "spec", "selector", "matchLabels"));
        List<Service> services = rendered.all(Service.class).stream()
                .filter(service -> service.getMetadata().getLabels().entrySet().containsAll(labels.entrySet()))
                .toList();
        assertThat(services).hasSize(1);
        assertThat(services.get(0).getSpec().getPorts())
                .extracting(ServicePort::getName)
                .contains((String) Rendered.at(monitor, "spec", "endpoints", 0, "port"));
        assertThat(Rendered.map(monitor.get("spec")).keySet()).containsExactlyInAnyOrder("selector", "endpoints");
        assertThat(Rendered.map(Rendered.at(monitor, "spec", "endpoints", 0)).keySet())
                .containsExactlyInAnyOrder("port", "path", "interval");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: 2 | one database",
                "{replicas: 2, database: {existingSecret: s, bundled: {enabled: true}}} | store.enabled=true",
                "database: {url: 'jdbc:postgresql://db/kappa'} | database.existingSecret",
                "database: {url: 'jdbc:postgresql://db/kappa', existingSecret: s, bundled: {enabled: true}} | asks for another",
                "{autoscaling: {enabled: true, maxReplicas: 1}} | autoscaling.prometheus",
                "autoscaling: {enabled: true, prometheus: 'http://p'} | one database",
                "replica: 3 | replica",
                "roles: {api: {enabled: true}} | one database",
                "{roles: {api: {enabled: true}}, database: {existingSecret: s, bundled: {enabled: true}}} | store.enabled=true",
                "roles: {api: {replicas: -1}} | replicas",
                "roles: {worker: {enabled: true}} | worker",
                "database: {bundled: {enabled: true}} | database.existingSecret",
                "gpus: -1 | gpus",
                "gpus: one | gpus",
                "store: {url: s3://bucket, enabled: true} | asks for a volume",
                "store: {url: 'https://bucket'} | url",
                "logFormat: xml | logFormat",
                "traces: {collector: 'collector:4318'} | collector",
                "database: {url: 'postgres://db/kappa', existingSecret: s} | url",
                "engine: {databasePatience: 1m} | databasePatience",
                "service: {type: ExternalName} | type",
                "data: [{claim: models, path: models}] | path",
                "autoscaling: {minReplicas: 0} | minReplicas",
                "gpus: 1 | access.existingSecret",
                "{access: {open: true}, networkPolicy: {enabled: false}} | networkPolicy.enabled=true",
                "access: {open: true, existingSecret: s} | access.existingSecret",
            })
    void valuesThatCannotWorkAreRefusedBeforeAnythingIsInstalled(String values, String reason, @TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("values.yaml"), values);
        assertThatThrownBy(() -> Rendered.template(file)).hasMessageContaining(reason);
    }

    static Container container(Rendered rendered) {
        return rendered.server().getSpec().getTemplate().getSpec().getContainers().get(0);
    }

    static List<Probe> probes(Container container) {
        return List.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe());
    }

    private static String value(Container container, String variable) {
        return container.getEnv().stream()
                .filter(each -> each.getName().equals(variable))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }

    private static int seconds(String duration) {
        return Integer.parseInt(duration.replace("s", ""));
    }

    private static List<Workload> chosen(Rendered rendered, Map<String, String> selector) {
        assertThat(selector).isNotEmpty();
        return rendered.workloads().stream().filter(workload -> workload.isChosenBy(selector)).toList();
    }

    /** All that measure or answer. */
    private static List<Workload> servers(Rendered rendered) {
        return rendered.workloads().stream()
                .filter(workload -> workload.ports().containsKey("http"))
                .toList();
    }

    private static Service service(Rendered rendered, String name) {
        return named(rendered, Service.class, name);
    }

    private static NetworkPolicy policy(Rendered rendered, String name) {
        return named(rendered, NetworkPolicy.class, name);
    }

    private static <T extends HasMetadata> T named(Rendered rendered, Class<T> type, String name) {
        return rendered.all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<EnvVar> settings(Workload workload, Set<String> but) {
        return workload.container().getEnv().stream()
                .filter(variable -> !but.contains(variable.getName()))
                .toList();
    }

    private static Set<String> names(Rendered rendered, Class<? extends HasMetadata> type, Set<String> existing) {
        Set<String> names = new HashSet<>(existing);
        rendered.all(type).forEach(object -> names.add(object.getMetadata().getName()));
        return names;
    }
}
