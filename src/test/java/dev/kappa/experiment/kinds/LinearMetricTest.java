package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.LinearModel;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.TestRun;
import dev.kappa.sae.Activation;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeWeights;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the metric is linear in the activation, attribution is exact and all estimators are one. */
class LinearMetricTest {
    private static final String HOOK = "blocks.1.hook_resid_post";
    private static final int WIDTH = 30;
    private static final int PAIRS = 40;

    private final Scope scope = Scope.open(Device.cpu());
    private final TestBench bench = TestBench.of(new LinearModel(3)).with("sae", sae()).withPairs(pairs());

    @AfterEach
    void close() {
        bench.close();
        scope.close();
    }

    private DenseSae sae() {
        Random random = new Random(5);
        return DenseSae.of(
                SaeInput.plain(false),
                new Activation.Relu(),
                new SaeWeights(
                        Tensors.of(scope, LinearModel.integers(random, WIDTH * LinearModel.D), WIDTH, LinearModel.D),
                        Tensors.of(scope, LinearModel.integers(random, WIDTH), WIDTH),
                        Tensors.of(scope, LinearModel.integers(random, WIDTH * LinearModel.D), WIDTH, LinearModel.D),
                        Tensors.of(scope, LinearModel.integers(random, LinearModel.D), LinearModel.D)));
    }

    private static List<Pair> pairs() {
        Random random = new Random(7);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            int[] clean = random.ints(6, 0, LinearModel.VOCABULARY).toArray();
            int[] patch = random.ints(6, 0, LinearModel.VOCABULARY).toArray();
            pairs.add(new Pair(i, clean, patch, random.nextInt(10), 10 + random.nextInt(10), ""));
        }
        return pairs;
    }

    @Test
    void attributionAndIntegratedGradientsRankFeaturesExactlyAsAblationDoes() {
        ExactAblation.Parameters parameters = new ExactAblation.Parameters(
                "m", HOOK, "sae", "c", PAIRS, 6, TaskMetric.LOGIT_DIFFERENCE, 5, 8, 10, 4, 7);
        Findings findings = new TestRun<>(new ExactAblation(), parameters, bench, 1).findings();
        for (Metric metric : findings.metrics()) {
            switch (metric.name()) {
                case "spearman", "sign_agreement" ->
                    assertThat(metric.value()).as("%s", metric).isCloseTo(1, within(1e-12));
                case "relative_error" -> assertThat(metric.value()).as("%s", metric).isLessThan(1e-6);
                case "recall_at_k", "precision_at_k" -> {
                    int taken = (int) metric.dimensions().get("taken");
                    double most = metric.name().equals("recall_at_k") ? taken / 5.0 : 5.0 / taken;
                    assertThat(metric.value()).as("%s", metric).isCloseTo(Math.min(1, most), within(1e-12));
                }
                default -> assertThat(metric.value()).isPositive();
            }
        }
    }

    @Test
    void indirectEffectsOfFeaturesAndErrorAreTheSameByEveryMethodAndAddUpToTheTotalEffect() {
        List<Tally> attributed = circuit(CircuitRecall.Method.ATTRIBUTION);
        for (CircuitRecall.Method method : CircuitRecall.Method.values()) {
            List<Tally> tallies = circuit(method);
            double[] effects = Tally.sum(tallies, HOOK + "/sae/reference");
            double[] expected = Tally.sum(attributed, HOOK + "/sae/attribution");
            double largest = 0;
            double total = Tally.sum(tallies, HOOK + "/sae/reference_error")[0];
            for (double effect : effects) {
                largest = Math.max(largest, Math.abs(effect));
                total += effect;
            }
            assertThat(effects).as("%s", method).containsExactly(expected, within(1e-6 * largest));
            assertThat(total)
                    .as("%s: sum of all nodes", method)
                    .isCloseTo(
                            Tally.sum(tallies, "clean")[0] - Tally.sum(tallies, "patched")[0], within(1e-6 * largest));
        }
    }

    @Test
    void attributionRecallsTheWholeCircuitWhereItIsExact() {
        CircuitRecall.Parameters parameters = parameters(CircuitRecall.Method.EXACT, 1e9);
        List<Tally> tallies = new TestRun<>(new CircuitRecall(), parameters, bench, 1).tallies();
        double[] effects = Tally.sum(tallies, HOOK + "/sae/reference");
        double largest = 0;
        for (double effect : effects) {
            largest = Math.max(largest, Math.abs(effect) / PAIRS);
        }
        // Only the largest node is above this threshold, and it is within the first percent of features.
        CircuitRecall.Parameters one = parameters(CircuitRecall.Method.EXACT, largest * (1 - 1e-9));
        Findings findings = new TestRun<>(new CircuitRecall(), one, bench, 1).conclude(tallies);
        assertThat(findings.metrics().stream().filter(m -> m.name().equals("recall")))
                .hasSize(3)
                .allSatisfy(metric -> assertThat(metric.value()).isEqualTo(1));
        assertThat(findings.metrics().stream().filter(m -> m.name().equals("spearman")))
                .allSatisfy(metric -> assertThat(metric.value()).isCloseTo(1, within(1e-12)));
    }

    /** Nothing cut out is the whole model, and everything cut out is no circuit. */
    @Test
    void aCircuitOfAllNodesIsFaithfulAndTheRestOfItKeepsNothing() {
        CircuitRecall.Parameters all = parameters(CircuitRecall.Method.ATTRIBUTION, 0.0);
        Findings findings = new TestRun<>(new CircuitRecall(), all, bench, 1).findings();
        assertThat(findings.metrics().stream().filter(m -> m.name().equals("faithfulness")))
                .isNotEmpty()
                .allSatisfy(metric -> assertThat(metric.value()).isCloseTo(1, within(1e-5)));
        assertThat(findings.metrics().stream().filter(m -> m.name().equals("completeness")))
                .isNotEmpty()
                .allSatisfy(metric -> assertThat(metric.value()).isCloseTo(0, within(1e-5)));
    }

    @Test
    void pairsThatDoNotSuitTheTokenizerAreCountedByReason() {
        Findings findings = new TestRun<>(new CircuitRecall(), parameters(CircuitRecall.Method.EXACT, 0.1), bench, 1)
                .findings();
        assertThat(findings.metrics().stream().filter(m -> m.name().startsWith("pairs_")))
                .filteredOn(m -> m.value() != 0)
                .extracting(Metric::name, Metric::dimensions, Metric::value, Metric::n)
                .containsExactlyInAnyOrder(
                        tuple("pairs_dropped", Map.of("reason", "lengths_differ"), 3.0, 100L),
                        tuple("pairs_suitable", Map.of(), 97.0, 100L));
    }

    @Test
    void theCorrelationOfIndirectEffectsIsFreedOfNoise() {
        Findings findings = new TestRun<>(new CircuitRecall(), parameters(CircuitRecall.Method.EXACT, 0.1), bench, 1)
                .findings();
        assertThat(findings.metrics().stream().filter(m -> m.name().startsWith("spearman")))
                .extracting(Metric::name, m -> m.interval().orElseThrow().method())
                .containsExactly(
                        tuple("spearman", "spearman_disattenuated_t"),
                        tuple("spearman_corrected", "spearman_disattenuated_t"));
    }

    private List<Tally> circuit(CircuitRecall.Method method) {
        return new TestRun<>(new CircuitRecall(), parameters(method, 0.1), bench, 1).tallies();
    }

    private static CircuitRecall.Parameters parameters(CircuitRecall.Method method, double threshold) {
        return new CircuitRecall.Parameters(
                "m", List.of(new Place(HOOK, "sae")), "c", PAIRS, 6, method, threshold, 10, null, null, 5, 16);
    }
}
