package dev.kappa.deploy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What makes pods: a stateful set, or a deployment. */
record Workload(HasMetadata object, Map<String, String> selector, PodTemplateSpec template, Set<String> claims) {
    static Workload of(StatefulSet set) {
        return new Workload(
                set,
                set.getSpec().getSelector().getMatchLabels(),
                set.getSpec().getTemplate(),
                set.getSpec().getVolumeClaimTemplates().stream()
                        .map(claim -> claim.getMetadata().getName())
                        .collect(Collectors.toSet()));
    }

    static Workload of(Deployment deployment) {
        return new Workload(
                deployment,
                deployment.getSpec().getSelector().getMatchLabels(),
                deployment.getSpec().getTemplate(),
                Set.of());
    }

    PodSpec pod() {
        return template.getSpec();
    }

    Container container() {
        return pod().getContainers().get(0);
    }

    /** Numbers by name. */
    Map<String, Integer> ports() {
        return pod().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
    }

    /** Names, with those that each pod claims for itself. */
    Set<String> volumes() {
        Set<String> names = new HashSet<>(claims);
        pod().getVolumes().stream().map(Volume::getName).forEach(names::add);
        return names;
    }

    boolean isChosenBy(Map<String, String> labels) {
        return template.getMetadata().getLabels().entrySet().containsAll(labels.entrySet());
    }
}
