package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.TestBench;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.TinyModels;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Speed of forward and backward from the middle layer of a random model of Pythia-70m's shape, beside the
 * textbook form and this machine's sgemm peak, all in one process. Prints; asserts nothing.
 */
@Tag("benchmark")
class PassBenchmarkTest {
    private static final int D = 512;
    private static final int LAYERS = 6;
    private static final int VOCABULARY = 50_304;
    private static final int SEQUENCES = 8;
    private static final int LENGTH = 128;
    private static final int ROUNDS = 5;
    private static final HookPoint MIDDLE = HookPoint.residPost(2);

    @TempDir
    Path folder;

    private interface Work {
        void run(Scope scope);
    }

    @Test
    void passesFromTheMiddleLayer() {
        TinyModels.Sizes sizes = new TinyModels.Sizes(LAYERS, D, 8, VOCABULARY, 512);
        try (TestBench bench = TestBench.of(folder, 1, sizes).withSequences(SEQUENCES, LENGTH, 2)) {
            Batch batch = Batch.cut(bench.sequences(), SEQUENCES).get(0);
            List<Pair> pairs = new ArrayList<>();
            batch.sequences().forEach(s -> pairs.add(new Pair(s.index(), s.tokens(), s.tokens(), 5, 6, "")));
            Objective loss = Objectives.nextTokenLoss(batch);
            Objective difference = Objectives.logitDifference(pairs, LENGTH);
            double peak = sgemmPeak(bench);
            System.out.printf("sgemm peak                         %7.1f GFLOP/s%n", peak / 1e9);
            // Weights of one block: 12 d². The suffix runs forward and backward, the prefix forward only.
            double blocks = 2.0 * 12 * D * D * (LAYERS + LAYERS - 3);
            double head = 2.0 * 2 * D * VOCABULARY;
            print("next_token_loss", bench, peak, blocks + head, scope -> pass(scope, bench, batch, loss));
            print("logit_difference", bench, peak, blocks + head / LENGTH, scope -> pass(scope, bench, batch, difference));
            print("next_token_loss, textbook", bench, peak, blocks + head, scope -> textbook(scope, bench, batch, loss));
            print("logit_difference, textbook", bench, peak, blocks + head / LENGTH, scope -> textbook(scope, bench, batch, difference));
        }
    }

    private static void pass(Scope scope, TestBench bench, Batch batch, Objective objective) {
        new GradientPass(scope, bench.model(), List.of(MIDDLE)).run(batch.tokens(scope), objective);
    }

    /** The whole model recorded from the embedding on, logits at every position. */
    private static void textbook(Scope scope, TestBench bench, Batch batch, Objective objective) {
        LanguageModel model = bench.model();
        try (Tape tape = Tape.open(scope)) {
            NDArray[] leaf = new NDArray[1];
            Hooks hooks = Hooks.none().with(HookPoint.parse("hook_embed"), x -> {
                leaf[0] = scope.keep(tape.leaf(x.getShape()));
                return x.add(leaf[0]);
            });
            NDArray logits = model.forward(batch.tokens(scope), hooks).reshape(-1, VOCABULARY);
            int[] rows = objective.rows();
            long[] index = Arrays.stream(rows).asLongStream().toArray();
            NDArray read = Tensors.rows(logits, Tensors.of(scope, index, index.length));
            tape.backward(objective.terms(read, IntStream.range(0, rows.length).toArray(), scope).sum());
            tape.takeGradient(leaf[0]);
        }
    }

    private static void print(String name, TestBench bench, double peak, double flopsOfToken, Work work) {
        double seconds = best(bench, work);
        double tokens = SEQUENCES * LENGTH / seconds;
        System.out.printf(
                "%-34s %7.0f tokens/s  %7.1f GFLOP/s  %3.0f %% of peak%n",
                name, tokens, tokens * flopsOfToken / 1e9, 100 * tokens * flopsOfToken / peak);
    }

    private static double best(TestBench bench, Work work) {
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round <= ROUNDS; round++) {
            long start = System.nanoTime();
            try (Scope scope = Scope.open(bench.device())) {
                work.run(scope);
            }
            // The first round warms up.
            best = round == 0 ? best : Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }

    private static double sgemmPeak(TestBench bench) {
        int n = 2048;
        try (Scope scope = Scope.open(bench.device())) {
            NDArray a = scope.manager().randomNormal(new Shape(n, n));
            NDArray b = scope.manager().randomNormal(new Shape(n, n));
            double seconds = best(bench, inner -> inner.keep(a.matMul(b)).close());
            return 2.0 * n * n * n / seconds;
        }
    }
}
