package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.TestRun;
import dev.kappa.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DepthSweepTest {
    private static final List<String> HOOKS =
            List.of("blocks.0.hook_resid_post", "blocks.1.hook_resid_post", "blocks.2.hook_resid_post");

    @TempDir
    Path folder;

    private Scope scope;
    private TestBench bench;

    @BeforeEach
    void open() {
        scope = Scope.open(Device.cpu());
        bench = TestBench.of(folder, 5)
                .with("early", RandomSaes.relu(scope, 16, 40, 4))
                .with("late", RandomSaes.topK(scope, 16, 60, 5, 6))
                .withSequences(10, 9, 3);
    }

    @AfterEach
    void close() {
        bench.close();
        scope.close();
    }

    private Findings sweep(List<Place> places, Double tau) {
        DepthSweep.Parameters parameters = new DepthSweep.Parameters(
                "m", places, "c", 10, 9, null, 2, null, null, 0.9, tau, null, 1, 3);
        return new TestRun<>(new DepthSweep(), parameters, bench, 8).findings();
    }

    private static List<Metric> named(Findings findings, String name) {
        return findings.metrics().stream().filter(m -> m.name().equals(name)).toList();
    }

    @Test
    void kappaAtEveryHookIsThatOfTheJacobianAlone() {
        Findings alone = new TestRun<>(
                        new JacobianRank(),
                        new JacobianRank.Parameters("m", HOOKS, "c", 10, 9, null, 2, 3),
                        bench,
                        8)
                .findings();
        Findings depth = sweep(
                List.of(Place.of(HOOKS.get(0)), new Place(HOOKS.get(1), "early"), Place.of(HOOKS.get(2))), null);
        assertThat(named(depth, "kappa")).hasSize(3).isEqualTo(named(alone, "kappa"));
    }

    @Test
    void countsWithAThresholdOfTheirOwnAreForcedAndThoseAtASharedOneAreNot() {
        Findings findings = sweep(List.of(new Place(HOOKS.get(0), "early"), new Place(HOOKS.get(1), "late")), null);
        for (Metric count : named(findings, "n_causal")) {
            boolean own = count.dimensions().get("threshold").equals("own");
            assertThat(count.flags().contains("forced")).as("%s", count).isEqualTo(own);
        }
        // A tenth of 40 and of 60 features.
        assertThat(named(findings, "n_causal").stream()
                        .filter(m -> m.dimensions().get("threshold").equals("own"))
                        .map(Metric::value))
                .containsExactly(4.0, 6.0);
        assertThat(named(findings, "n_causal").stream()
                        .filter(m -> m.dimensions().get("threshold").equals("shared"))
                        .mapToDouble(Metric::value)
                        .sum())
                .isEqualTo(10);
    }

    @Test
    void aSharedThresholdOfOneDictionaryIsItsOwnAndSaysSo() {
        Findings findings = sweep(List.of(new Place(HOOKS.get(1), "early")), null);
        assertThat(named(findings, "n_causal").stream()
                        .filter(m -> m.dimensions().get("threshold").equals("shared")))
                .allMatch(m -> m.flags().contains("forced"));
        Findings given = sweep(List.of(new Place(HOOKS.get(1), "early")), 1e-3);
        assertThat(named(given, "n_causal").stream()
                        .filter(m -> m.dimensions().get("threshold").equals("shared")))
                .allMatch(m -> m.flags().isEmpty());
    }

    @Test
    void dictionariesAreNotNeededForTheJacobian() {
        Findings findings = sweep(HOOKS.stream().map(Place::of).toList(), null);
        assertThat(named(findings, "kappa")).hasSize(3);
        assertThat(named(findings, "n_causal")).isEmpty();
    }
}
