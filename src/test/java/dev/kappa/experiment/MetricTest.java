package dev.kappa.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricTest {
    @Test
    void equalMetricsOfTwoServersAreWrittenAlike() {
        Map<String, Object> dimensions = new LinkedHashMap<>();
        for (String name : List.of("width", "hook", "sae", "aggregation", "q", "tau")) {
            dimensions.put(name, 1);
        }
        Metric metric = new Metric("n_causal", 1, 2, "", dimensions, Optional.empty(), 3, List.of());
        assertThat(metric.dimensions()).hasToString("{aggregation=1, hook=1, q=1, sae=1, tau=1, width=1}");
    }
}
