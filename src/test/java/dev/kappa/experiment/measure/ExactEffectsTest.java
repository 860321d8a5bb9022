package dev.kappa.experiment.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.experiment.TestBench;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactEffectsTest {
    private static final int D = 16;
    private static final int WIDTH = 30;

    @TempDir
    Path folder;

    private TestBench bench;
    private long scopesBefore;

    @BeforeEach
    void open() {
        scopesBefore = Scope.openScopes();
        bench = TestBench.of(folder, 8).withSequences(3, 7, 2);
    }

    @AfterEach
    void nothingLeaks() {
        bench.close();
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
                "blocks.2.hook_resid_post"
            })
    void effectsEqualOneFullPassForEveryFeatureOfEverySequence(String name) {
        HookPoint hook = HookPoint.parse(name);
        Batch batch = Batch.cut(bench.sequences(), 3).get(0);
        try (Scope scope = Scope.open(bench.device())) {
            DenseSae sae = RandomSaes.relu(scope, D, WIDTH, 4);
            Suffix suffix = Suffix.of(scope, bench.model(), batch.tokens(scope), hook);
            SparseCode code = sae.encode(batch.countedRows(suffix.activation()));
            SequenceEntries entries = SequenceEntries.of(code, batch);
            Function<int[], Objective> loss = copies -> Objectives.nextTokenLoss(copiesOf(batch, copies));
            double[] effects = new ExactEffects(suffix, sae, loss, 4)
                    .of(entries.groups().stream().map(entries::removal).toList(), () -> {});
            assertThat(entries.groups()).hasSizeGreaterThan(WIDTH);
            double[][] naive = naive(scope, batch, hook, sae);
            double[][] fast = new double[3][WIDTH];
            for (int i = 0; i < effects.length; i++) {
                fast[entries.groups().get(i).sequence()][entries.groups().get(i).latent()] = effects[i];
            }
            for (int s = 0; s < 3; s++) {
                assertThat(fast[s]).containsExactly(naive[s], within(1e-5 * largest(naive)));
            }
        }
    }

    private static Batch copiesOf(Batch batch, int... copies) {
        return new Batch(Arrays.stream(copies).mapToObj(batch.sequences()::get).toList());
    }

    private static double largest(double[][] effects) {
        return Arrays.stream(effects).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
    }

    /** The textbook loop: encode at the hook of a full pass, set one feature to zero, decode, add the error. */
    private double[][] naive(Scope scope, Batch batch, HookPoint hook, DenseSae sae) {
        double[][] effects = new double[batch.size()][WIDTH];
        for (int s = 0; s < batch.size(); s++) {
            Batch one = new Batch(Collections.singletonList(batch.sequences().get(s)));
            Objective loss = Objectives.nextTokenLoss(one);
            double before = Values.of(scope, bench.model(), one.tokens(scope), Hooks.none(), loss);
            for (int feature = 0; feature < WIDTH; feature++) {
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
