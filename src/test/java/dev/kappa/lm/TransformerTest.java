package dev.kappa.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("torch")
class TransformerTest {
    private static final int LAYERS = 3;
    private static final int VOCABULARY = 37;
    private static final int CONTEXT = 150;

    private static long scopes;
    private static LanguageModel model;

    private Scope scope;
    private NDArray ids;

    @BeforeAll
    static void load(@TempDir Path folder) {
        scopes = Scope.openScopes();
        TinyModels.neox(folder, 7, new TinyModels.Sizes(LAYERS, 16, 2, VOCABULARY, CONTEXT));
        model = ModelFolder.open(folder).load(Device.cpu());
    }

    @AfterAll
    static void scopesAreBackToTheirStartingCount() {
        model.close();
        model.close();
        assertThat(Scope.openScopes()).isEqualTo(scopes);
    }

    @BeforeEach
    void open() {
        scope = Scope.open(Device.cpu());
        ids = ids(2, 9);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void theArchitectureCountsEveryParameter() {
        // embedding and unembedding; per block 12 d² and 13 d; the final norm
        long parameters = 2 * VOCABULARY * 16 + LAYERS * (12 * 16 * 16 + 13 * 16) + 2 * 16;

        assertThat(model.architecture())
                .isEqualTo(new Architecture("gpt_neox", LAYERS, 16, 16, VOCABULARY, CONTEXT, 4 * parameters));
    }

    @Test
    void thePartsOfAPassComposeToTheWhole() {
        NDArray whole = model.forward(ids, Hooks.none());
        NDArray h = model.embed(ids, Hooks.none());
        for (int layer = 0; layer < LAYERS; layer++) {
            h = model.blocks(h, layer, layer + 1, Hooks.none());
        }

        assertThat(model.logits(h).toFloatArray()).isEqualTo(whole.toFloatArray());
    }

    @Test
    void noBlocksLeaveTheResidualStreamAsItIs() {
        NDArray h = model.embed(ids, Hooks.none());

        assertThat(model.blocks(h, 1, 1, Hooks.none()).toFloatArray()).isEqualTo(h.toFloatArray());
    }

    @Test
    void logitsOfSomePositionsNeedOnlyThose() {
        NDArray h = model.blocks(model.embed(ids, Hooks.none()), 0, LAYERS, Hooks.none());
        NDArray last = h.get(":, -1"); // [b, d]

        float[] all = model.logits(h).get(":, -1").toFloatArray();
        assertThat(Golden.absoluteError(model.logits(last).toFloatArray(), all)).isLessThan(1e-5);
    }

    @Test
    void hooksAreCalledInTheOrderOfThePass() {
        List<String> called = new ArrayList<>();
        Hooks hooks = Hooks.none();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (HookPoint.Site site : HookPoint.Site.values()) {
                HookPoint point = new HookPoint(site, layer);
                hooks = hooks.with(point, activation -> {
                    called.add(point + " " + activation.getShape());
                    return activation;
                });
            }
        }
        model.forward(ids, hooks);

        assertThat(called).hasSize(1 + 5 * LAYERS).startsWith(
                "hook_embed (2, 9, 16)",
                "blocks.0.hook_resid_pre (2, 9, 16)",
                "blocks.0.attn.hook_z (2, 9, 16)",
                "blocks.0.hook_attn_out (2, 9, 16)",
                "blocks.0.hook_mlp_out (2, 9, 16)",
                "blocks.0.hook_resid_post (2, 9, 16)",
                "blocks.1.hook_resid_pre (2, 9, 16)");
    }

    @Test
    void aHookReplacesWhatThePassGoesOnWith() {
        NDArray replacement = scope.manager().randomNormal(model.embed(ids, Hooks.none()).getShape());
        Hooks replace = Hooks.none().with(HookPoint.residPost(1), activation -> replacement);

        NDArray replaced = model.forward(ids, replace);

        assertThat(replaced.toFloatArray())
                .isEqualTo(model.logits(model.blocks(replacement, 2, LAYERS, Hooks.none())).toFloatArray());
    }

    @Test
    void whatAHookReturnsStaysItsOwners() {
        try (Scope owner = scope.child()) {
            NDArray mine = owner.manager().randomNormal(model.embed(ids, Hooks.none()).getShape());
            float[] before = mine.toFloatArray();
            Hooks last = Hooks.none().with(HookPoint.residPost(LAYERS - 1), activation -> mine);
            try (Scope pass = scope.child()) {
                model.forward(pass.keep(ids.duplicate()), last);
            }

            assertThat(mine.getManager()).isSameAs(owner.manager());
            assertThat(mine.toFloatArray()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(HookPoint.Site.class)
    void aHookMayKeepItsActivation(HookPoint.Site site) {
        List<NDArray> kept = new ArrayList<>();
        Hooks keep = Hooks.none().with(new HookPoint(site, 0), activation -> {
            kept.add(scope.keep(activation));
            return activation;
        });
        float[] logits = model.forward(ids, keep).toFloatArray();

        assertThat(kept.get(0).toFloatArray()).doesNotContain(Float.NaN).hasSize(2 * 9 * 16);
        assertThat(logits).isEqualTo(model.forward(ids, Hooks.none()).toFloatArray());
    }

    @Test
    void anActivationOfAnotherShapeIsRefusedByTheNameOfItsHook() {
        Hooks wrong = Hooks.none().with(HookPoint.residPost(1), activation -> activation.get(":, :1"));

        assertThatThrownBy(() -> model.forward(ids, wrong))
                .hasMessageContaining("the hook at blocks.1.hook_resid_post returned (2, 1, 16) for (2, 9, 16)");
    }

    @Test
    void aPassLeavesNothingButItsResult() {
        NDArray h = model.embed(ids, Hooks.none());
        int before = scope.manager().getManagedArrays().size();
        NDArray after = model.blocks(h, 0, LAYERS, Hooks.none());
        NDArray logits = model.logits(after);

        assertThat(scope.manager().getManagedArrays()).hasSize(before + 2).contains(h, after, logits);
    }

    @Test
    void aFailingHookLeavesNothing() {
        int before = scope.manager().getManagedArrays().size();
        Hooks failing = Hooks.none().with(HookPoint.residPost(1), activation -> {
            throw new IllegalStateException("no more");
        });

        assertThatThrownBy(() -> model.forward(ids, failing)).hasMessage("no more");
        assertThat(scope.manager().getManagedArrays()).hasSize(before + 1); // the embedding
        assertThat(ids.toLongArray()).hasSize(18);
    }

    @Test
    void aGraphStartsAtTheLeafAndNotBefore() {
        List<Boolean> recorded = new ArrayList<>();
        try (Tape tape = Tape.open(scope)) {
            Hooks hooks = Hooks.none()
                    .with(HookPoint.residPost(0), activation -> {
                        recorded.add(isRecorded(activation));
                        return activation.add(tape.leaf(activation.getShape()));
                    })
                    .with(HookPoint.parse("blocks.1.hook_resid_pre"), activation -> {
                        recorded.add(isRecorded(activation));
                        return activation;
                    });

            assertThat(isRecorded(model.forward(ids, hooks))).isTrue();
            assertThat(recorded).containsExactly(false, true);
            assertThat(isRecorded(model.forward(ids, Hooks.none()))).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(HookPoint.Site.class)
    void gradientsAgreeWithCentralDifferences(HookPoint.Site site) {
        HookPoint point = new HookPoint(site, site == HookPoint.Site.EMBED ? 0 : 1);
        NDArray gradient;
        try (Tape tape = Tape.open(scope)) {
            List<NDArray> leaves = new ArrayList<>();
            Hooks leaf = Hooks.none().with(point, activation -> {
                leaves.add(tape.leaf(activation.getShape()));
                return activation.add(leaves.get(0));
            });
            tape.backward(Losses.nextToken(model.forward(ids, leaf), ids));
            gradient = tape.takeGradient(leaves.get(0));
        }
        double length = gradient.norm().getFloat();
        NDArray noise = scope.manager().randomNormal(0, 0.02f, gradient.getShape(), gradient.getDataType());
        NDArray direction = gradient.div(length).add(noise);

        double step = 1e-2;
        double slope = (loss(point, direction.mul(step)) - loss(point, direction.mul(-step))) / (2 * step);

        double expected = gradient.mul(direction).sum().getFloat();
        assertThat(Math.abs(slope - expected)).isLessThan(1e-2 * Math.abs(expected));
    }

    @Test
    void aTokenSeesNoLaterOneWhateverTheLength() {
        NDArray longer = ids(1, CONTEXT);
        float[] all = model.forward(longer, Hooks.none()).toFloatArray();

        for (int length : new int[] {1, 63, 64, 65, 128, 129, CONTEXT}) {
            float[] part = model.forward(longer.get(":, :" + length), Hooks.none()).toFloatArray();
            float[] expected = Arrays.copyOf(all, part.length);
            assertThat(Golden.absoluteError(part, expected)).as("length " + length).isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, VOCABULARY, Long.MAX_VALUE, Long.MIN_VALUE})
    void aTokenOutsideTheVocabularyIsRefused(long id) {
        NDArray bad = Tensors.of(scope, new long[] {3, id, 4}, 1, 3);

        assertThatThrownBy(() -> model.embed(bad, Hooks.none()))
                .hasMessage("token id " + id + " is outside the vocabulary, 0 to 36")
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("token_unknown"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, CONTEXT + 1})
    void aSequenceThatTheContextDoesNotHoldIsRefused(int length) {
        NDArray bad = scope.manager().zeros(new Shape(1, length), DataType.INT64);

        assertThatThrownBy(() -> model.embed(bad, Hooks.none()))
                .hasMessage("a sequence of " + length + " tokens was given; the model takes 1 to 150")
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("sequence_length"));
    }

    /** The flag of a leaf may be changed, that of a result in a graph may not; DJL has no other way to ask. */
    private static boolean isRecorded(NDArray array) {
        try {
            array.setRequiresGradient(false);
            return false;
        } catch (EngineException e) {
            assertThat(e).hasMessageContaining("you can only change requires_grad flags of leaf variables");
            return true;
        }
    }

    private double loss(HookPoint point, NDArray moved) {
        Hooks move = Hooks.none().with(point, activation -> activation.add(moved));
        return Losses.nextToken(model.forward(ids, move), ids).getFloat();
    }

    private NDArray ids(int batch, int length) {
        return Tensors.of(scope, new Random(3).longs((long) batch * length, 0, VOCABULARY).toArray(), batch, length);
    }
}
