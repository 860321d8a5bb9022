package dev.kappa.experiment.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.experiment.TestBench;
import dev.kappa.lm.Golden;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.ModelFolder;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExactEffectsTest {
    private static final int D = 16;
    private static final int WIDTH = 30;

    @TempDir
    Path folder;

    private final Scope saes = Scope.open(Device.cpu());
    private TestBench bench;
    private long scopesBefore;

    @BeforeEach
    void open() {
        scopesBefore = Scope.openScopes() - 1;
        bench = TestBench.of(folder, 8).withSequences(3, 7, 2);
    }

    @AfterEach
    void nothingLeaks() {
        bench.close();
        saes.close();
        assertThat(Scope.openScopes()).isEqualTo(scopesBefore);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hook_embed",
                "blocks.1.hook_resid_pre",
                "blocks.1.attn.hook_z",
                "blocks.1.hook_attn_out",
                "blocks.0.hook_mlp_out",
                "blocks.1.hook_resid_post",
                "blocks.2.attn.hook_z",
                "blocks.2.hook_resid_post"
            })
    void effectsEqualOneFullPassForEveryFeatureOfEverySequence(String name) {
        try (DenseSae sae = RandomSaes.relu(saes, D, WIDTH, 4)) {
            Batch batch = Batch.cut(bench.sequences(), 3).get(0);
            HookPoint hook = HookPoint.parse(name);
            assertEffectsEqualFullPasses(bench, batch, hook, sae, ExactEffectsTest::loss);
            assertEffectsEqualFullPasses(bench, batch, hook, sae, ExactEffectsTest::difference);
        }
    }

    static Stream<Path> models() {
        return Golden.tinyModels().stream();
    }

    /** Sliding windows, soft-caps, shared keys, parallel blocks and sequential ones. */
    @ParameterizedTest
    @MethodSource("models")
    void effectsEqualFullPassesInEveryFamily(Path model) {
        try (TestBench other = TestBench.of(ModelFolder.open(model).load(Device.cpu())).withSequences(2, 12, 5);
                DenseSae sae = RandomSaes.topK(saes, other.model().architecture().dModel(), 12, 2, 6)) {
            Batch batch = Batch.cut(other.sequences(), 2).get(0);
            HookPoint hook = HookPoint.residPost(0);
            assertEffectsEqualFullPasses(other, batch, hook, sae, ExactEffectsTest::loss);
            assertEffectsEqualFullPasses(other, batch, hook, sae, ExactEffectsTest::difference);
        }
    }

    private static Objective loss(Batch batch) {
        return Objectives.nextTokenLoss(batch);
    }

    private static Objective difference(Batch batch) {
        List<Pair> pairs = batch.sequences().stream()
                .map(sequence -> new Pair(sequence.index(), sequence.tokens(), sequence.tokens(), 3, 5, "any"))
                .toList();
        return Objectives.logitDifference(pairs, batch.length());
    }

    private static void assertEffectsEqualFullPasses(
            TestBench bench, Batch batch, HookPoint hook, DenseSae sae, Function<Batch, Objective> metric) {
        try (Scope scope = Scope.open(bench.device())) {
            Suffix suffix = Suffix.of(scope, bench.model(), batch.tokens(scope), hook);
            SparseCode code = sae.encode(batch.countedRows(suffix.activation()));
            SequenceEntries entries = SequenceEntries.of(code, batch);
            double[] effects = new ExactEffects(suffix, sae, copies -> metric.apply(copiesOf(batch, copies)), 4)
                    .of(entries.groups().stream().map(entries::removal).toList(), () -> {});
            int width = sae.shape().width();
            assertThat(entries.groups()).hasSizeGreaterThan(width);
            double[][] naive = naive(scope, bench, batch, hook, sae, metric);
            double[][] fast = new double[batch.size()][width];
            for (int i = 0; i < effects.length; i++) {
                fast[entries.groups().get(i).sequence()][entries.groups().get(i).latent()] = effects[i];
            }
            for (int s = 0; s < batch.size(); s++) {
                assertThat(fast[s]).containsExactly(naive[s], within(1e-5 * Math.max(1, largest(naive))));
            }
        }
    }

    @Test
    void effectsHaveTheSameDigitsInWhateverOrderTheyAreAskedFor() {
        Batch batch = Batch.cut(bench.sequences(), 3).get(0);
        try (Scope scope = Scope.open(bench.device());
                DenseSae sae = RandomSaes.topK(saes, D, WIDTH, 3, 4)) {
            Suffix suffix = Suffix.of(scope, bench.model(), batch.tokens(scope), HookPoint.residPost(0));
            SequenceEntries entries =
                    SequenceEntries.of(sae.encode(batch.countedRows(suffix.activation())), batch);
            List<ExactEffects.Change> changes = new ArrayList<>(
                    entries.groups().stream().map(entries::removal).toList());
            ExactEffects exact = new ExactEffects(suffix, sae, copies -> loss(copiesOf(batch, copies)), 5);
            Map<ExactEffects.Change, Double> inOrder = byChange(changes, exact.of(changes, () -> {}));
            Collections.shuffle(changes, new Random(3));

            assertThat(byChange(changes, exact.of(changes, () -> {}))).isEqualTo(inOrder);
        }
    }

    private static Map<ExactEffects.Change, Double> byChange(List<ExactEffects.Change> changes, double[] effects) {
        Map<ExactEffects.Change, Double> byChange = new HashMap<>();
        for (int i = 0; i < effects.length; i++) {
            byChange.put(changes.get(i), effects[i]);
        }
        return byChange;
    }

    private static Batch copiesOf(Batch batch, int... copies) {
        return new Batch(Arrays.stream(copies).mapToObj(batch.sequences()::get).toList());
    }

    private static double largest(double[][] effects) {
        return Arrays.stream(effects).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
    }

    /** The textbook loop: encode at the hook of a full pass, set one feature to zero, decode, add the error. */
    private static double[][] naive(
            Scope scope,
            TestBench bench,
            Batch batch,
            HookPoint hook,
            DenseSae sae,
            Function<Batch, Objective> metric) {
        int width = sae.shape().width();
        double[][] effects = new double[batch.size()][width];
        for (int s = 0; s < batch.size(); s++) {
            Batch one = new Batch(Collections.singletonList(batch.sequences().get(s)));
            Objective loss = metric.apply(one);
            double before = Values.of(scope, bench.model(), one.tokens(scope), Hooks.none(), loss);
            for (int feature = 0; feature < width; feature++) {
                int silenced = feature;
                Hooks hooks = Hooks.none().with(hook, x -> without(sae, x, silenced));
                effects[s][feature] = Values.of(scope, bench.model(), one.tokens(scope), hooks, loss) - before;
            }
        }
        return effects;
    }

    private static NDArray without(DenseSae sae, NDArray x, int feature) {
        NDArray rows = Tensors.flat(x);
        SparseCode code = sae.encode(rows);
        float[] values = code.values().toFloatArray();
        long[] latents = code.latents().toLongArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = latents[i] == feature ? 0 : values[i];
        }
        NDArray changed = x.getManager().create(values);
        NDArray error = rows.sub(sae.decode(rows, code));
        return sae.decode(rows, new SparseCode(code.rows(), code.latents(), changed, changed, code.rowCount()))
                .add(error)
                .reshape(x.getShape());
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocks.0.hook_resid_post", "blocks.1.hook_mlp_out", "hook_embed"})
    void theGradientOfTheRestOfThePassIsThatOfTheWholePass(String name) {
        HookPoint hook = HookPoint.parse(name);
        Batch batch = Batch.cut(bench.sequences(), 3).get(0);
        Objective loss = Objectives.nextTokenLoss(batch);
        try (Scope scope = Scope.open(bench.device())) {
            Suffix suffix = Suffix.of(scope, bench.model(), batch.tokens(scope), hook);
            float[] whole = new GradientPass(scope, bench.model(), List.of(hook))
                    .run(batch.tokens(scope), loss)
                    .gradient(hook)
                    .toFloatArray();
            float[] rest = suffix.gradient(scope, suffix.activation(), loss).toFloatArray();
            assertThat(rest).containsExactly(whole, within(1e-6f));
        }
    }
}
