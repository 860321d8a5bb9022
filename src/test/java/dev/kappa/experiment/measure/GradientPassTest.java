package dev.kappa.experiment.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.TestBench;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientPassTest {
    private static final HookPoint EARLY = HookPoint.parse("blocks.0.hook_mlp_out");
    private static final HookPoint LATE = HookPoint.residPost(1);

    @TempDir
    Path folder;

    private TestBench bench;
    private long scopesBefore;

    @BeforeEach
    void open() {
        scopesBefore = Scope.openScopes();
        bench = TestBench.of(folder, 3).withSequences(3, 9, 5);
    }

    @AfterEach
    void nothingLeaks() {
        bench.close();
        assertThat(Scope.openScopes()).isEqualTo(scopesBefore);
    }

    private Batch batch() {
        return Batch.cut(bench.sequences(), 10).get(0);
    }

    @Test
    void gradientsAtTwoHooksAgreeWithCentralDifferences() {
        Batch batch = batch();
        Objective loss = Objectives.nextTokenLoss(batch);
        try (Scope scope = Scope.open(bench.device())) {
            NDArray tokens = batch.tokens(scope);
            GradientPass.Result pass =
                    new GradientPass(scope, bench.model(), List.of(EARLY, LATE)).run(tokens, loss);
            for (HookPoint hook : List.of(EARLY, LATE)) {
                NDArray gradient = pass.gradient(hook);
                float[] direction = gradient.toFloatArray();
                double norm = gradient.norm().getFloat();
                NDArray step = Tensors.of(scope, direction, 3, 9, 16).mul(1e-2 / norm);
                double up = Values.of(scope, bench.model(), tokens, Hooks.none().with(hook, x -> x.add(step)), loss);
                double down = Values.of(scope, bench.model(), tokens, Hooks.none().with(hook, x -> x.sub(step)), loss);
                assertThat((up - down) / 2e-2).as("slope along the gradient at %s", hook).isCloseTo(norm, within(1e-2 * norm));
            }
        }
    }

    @Test
    void theValueIsTheSameWithAndWithoutAGraph() {
        Batch batch = batch();
        Objective loss = Objectives.nextTokenLoss(batch);
        try (Scope scope = Scope.open(bench.device())) {
            NDArray tokens = batch.tokens(scope);
            double recorded = new GradientPass(scope, bench.model(), List.of(LATE))
                    .run(tokens, loss)
                    .backwards()
                    .get(0)
                    .value();
            assertThat(recorded)
                    .isCloseTo(Values.of(scope, bench.model(), tokens, Hooks.none(), loss), within(1e-5 * recorded));
        }
    }

    @Test
    void severalObjectivesOverOneRecordedPassGiveTheSameGradientsAsSeparatePasses() {
        Batch batch = batch();
        try (Scope scope = Scope.open(bench.device())) {
            NDArray tokens = batch.tokens(scope);
            GradientPass pass = new GradientPass(scope, bench.model(), List.of(EARLY, LATE));
            List<Objective> probes = IntStream.range(0, 3)
                    .mapToObj(probe -> Objectives.fisherProbe(batch, 7, probe))
                    .toList();
            GradientPass.Result together = pass.run(tokens, probes);
            for (int probe = 0; probe < 3; probe++) {
                GradientPass.Result alone = pass.run(tokens, Objectives.fisherProbe(batch, 7, probe));
                for (HookPoint hook : List.of(EARLY, LATE)) {
                    assertThat(together.backwards().get(probe).gradients().get(hook).toFloatArray())
                            .isEqualTo(alone.gradient(hook).toFloatArray());
                }
            }
        }
    }

    @Test
    void anAnswerAtTheLastPositionSendsItsGradientBackToEveryPosition() {
        List<Pair> pairs = List.of(
                new Pair(0, new int[] {1, 2, 3, 4}, new int[] {1, 2, 5, 4}, 7, 8, "singular"),
                new Pair(1, new int[] {9, 8, 7, 6}, new int[] {9, 8, 5, 6}, 3, 2, "plural"));
        Batch batch = new Batch(pairs.stream().map(Pair::cleanSequence).toList());
        try (Scope scope = Scope.open(bench.device())) {
            NDArray tokens = batch.tokens(scope);
            GradientPass.Result pass = new GradientPass(scope, bench.model(), List.of(LATE))
                    .run(tokens, Objectives.logitDifference(pairs, 4));
            NDArray logits = bench.model().forward(batch.tokens(scope), Hooks.none());
            double expected = logits.getFloat(0, 3, 7)
                    - logits.getFloat(0, 3, 8)
                    + logits.getFloat(1, 3, 3)
                    - logits.getFloat(1, 3, 2);
            assertThat(pass.backwards().get(0).value()).isCloseTo(expected, within(1e-4));
            for (float size : pass.gradient(LATE).norm(2, new int[] {2}, false).toFloatArray()) {
                assertThat(size).isPositive();
            }
        }
    }

    @Test
    void positionsOfTheLastBlockThatNobodyReadsHaveNoPartInTheGradient() {
        List<Pair> pairs = List.of(new Pair(0, new int[] {1, 2, 3, 4}, new int[] {1, 2, 5, 4}, 7, 8, "singular"));
        Batch batch = new Batch(pairs.stream().map(Pair::cleanSequence).toList());
        HookPoint inLastBlock = HookPoint.parse("blocks.2.hook_attn_out"); // for which the block is computed whole
        try (Scope scope = Scope.open(bench.device())) {
            Objective difference = Objectives.logitDifference(pairs, 4);
            float[] narrow = new GradientPass(scope, bench.model(), List.of(EARLY))
                    .run(batch.tokens(scope), difference)
                    .gradient(EARLY)
                    .toFloatArray();
            float[] whole = new GradientPass(scope, bench.model(), List.of(EARLY, inLastBlock))
                    .run(batch.tokens(scope), difference)
                    .gradient(EARLY)
                    .toFloatArray();
            assertThat(narrow).containsExactly(whole, within(1e-5f));
        }
    }
}
