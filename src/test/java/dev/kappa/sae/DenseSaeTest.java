package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DenseSaeTest {
    private static final int D = 48;
    private static final int M = 600;

    private final long before = Scope.openScopes();
    private Scope scope;
    private SaeWeights weights;

    @BeforeEach
    void makeWeights() {
        scope = Scope.open(Device.cpu());
        scope.manager().getEngine().setRandomSeed(7);
        weights = new SaeWeights(
                normal(M, D),
                normal(1, M).reshape(M),
                normal(M, D),
                normal(1, D).reshape(D),
                Optional.of(normal(D, D)));
    }

    @AfterEach
    void nothingStaysOpen() {
        scope.close();
        assertThat(Scope.openScopes()).isEqualTo(before);
    }

    private NDArray normal(int rows, int columns) {
        return scope.manager().randomNormal(new Shape(rows, columns));
    }

    private List<Activation> everyActivation() {
        return List.of(
                new Activation.Relu(),
                new Activation.JumpRelu(normal(1, M).reshape(M)),
                new Activation.JumpRelu(scope.manager().create(new float[] {3})),
                new Activation.TopK(17),
                new Activation.GroupMax(20),
                new Activation.Gated(normal(1, M).reshape(M).exp(), normal(1, M).reshape(M)));
    }

    private DenseSae sae(Activation activation, long budget) {
        SaeShape shape = new SaeShape("arrays", activation.name(), D, M, Optional.empty(), false, 0);
        return DenseSae.of(shape, SaeInput.plain(true), activation, weights, budget);
    }

    @Test
    void howeverTheWorkIsCutTheDigitsAreTheSame() {
        NDArray x = normal(301, D);
        for (Activation activation : everyActivation()) {
            SparseCode whole = sae(activation, 1 << 24).encode(x);
            assertThat(whole.entries()).as(activation.name()).isGreaterThan(301);
            for (long budget : new long[] {1, 601, 7_000, 25_000, 300 * 600}) {
                assertSame(sae(activation, budget).encode(x), whole, activation.name() + " with a budget of " + budget);
            }
        }
    }

    @Test
    void aRowHasTheSameFeaturesAloneAndAmongOthers() {
        NDArray x = normal(5, D);
        for (Activation activation : everyActivation()) {
            float[] among = features(sae(activation, 1 << 24).encode(x), 5);
            float[] alone = features(sae(activation, 1 << 24).encode(x.get(new NDIndex("2:3"))), 1);
            for (int i = 0; i < M; i++) {
                assertThat(alone[i]).as(activation.name()).isEqualTo(among[2 * M + i]);
            }
        }
    }

    @Test
    void entriesAreInOrderOfRowAndThenLatentAndAboveZero() {
        NDArray x = normal(40, D);
        for (Activation activation : everyActivation()) {
            SparseCode code = sae(activation, 5_000).encode(x);
            long[] rows = code.rows().toLongArray();
            long[] latents = code.latents().toLongArray();
            for (int i = 1; i < rows.length; i++) {
                assertThat(rows[i] * M + latents[i]).isGreaterThan(rows[i - 1] * M + latents[i - 1]);
            }
            for (float value : code.values().toFloatArray()) {
                assertThat(value).isPositive();
            }
        }
    }

    @Test
    void featuresAgreeWithTheFormulaWrittenOut() {
        NDArray x = normal(9, D);
        NDArray pre = x.sub(weights.decoderBias()).matMul(weights.encoder().transpose()).add(weights.encoderBias());
        float[] plain = pre.toFloatArray();
        float[] found = features(sae(new Activation.Relu(), 1 << 24).encode(x), 9);
        for (int i = 0; i < plain.length; i++) {
            assertThat(found[i]).isCloseTo(Math.max(0, plain[i]), within(1e-4f));
        }
        float[] group = features(sae(new Activation.GroupMax(20), 1 << 24).encode(x), 9);
        for (int row = 0; row < 9; row++) {
            for (int g = 0; g < 20; g++) {
                int best = row * M + g * 30;
                for (int i = 0; i < 30; i++) {
                    best = plain[row * M + g * 30 + i] > plain[best] ? row * M + g * 30 + i : best;
                }
                for (int i = 0; i < 30; i++) {
                    int at = row * M + g * 30 + i;
                    assertThat(group[at]).isCloseTo(at == best ? Math.max(0, plain[at]) : 0, within(1e-4f));
                }
            }
        }
    }

    @Test
    void theActivationIsTheSumOfStepsRestAndError() {
        NDArray x = normal(9, D);
        for (SaeInput.Normalisation normalisation : SaeInput.Normalisation.values()) {
            Activation activation = new Activation.TopK(11);
            DenseSae sae = DenseSae.of(new SaeInput(normalisation, true), activation, weights);
            SparseCode code = sae.encode(x);
            NDArray rebuilt = sae.decode(x, code);
            SparseCode nothing = new SparseCode(
                    code.rows().get(new NDIndex("0:0")),
                    code.latents().get(new NDIndex("0:0")),
                    code.values().get(new NDIndex("0:0")),
                    code.steps().get(new NDIndex("0:0")),
                    9);
            float[] sum = sae.decode(x, nothing).toFloatArray();
            float[] rows = sae.decoderRows(code.latents()).toFloatArray();
            float[] steps = code.steps().toFloatArray();
            long[] row = code.rows().toLongArray();
            for (int i = 0; i < steps.length; i++) {
                for (int j = 0; j < D; j++) {
                    sum[(int) row[i] * D + j] += steps[i] * rows[i * D + j];
                }
            }
            float[] error = x.sub(rebuilt).toFloatArray();
            float[] original = x.toFloatArray();
            for (int i = 0; i < sum.length; i++) {
                assertThat(sum[i] + error[i]).as(normalisation.name()).isCloseTo(original[i], within(2e-4f));
            }
        }
    }

    @Test
    void skipWeightsAddTheirProductWithTheActivation() {
        NDArray x = normal(3, D);
        DenseSae with = sae(new Activation.Relu(), 1 << 24);
        SaeWeights plain = new SaeWeights(
                weights.encoder(), weights.encoderBias(), weights.decoder(), weights.decoderBias());
        DenseSae without = DenseSae.of(SaeInput.plain(true), new Activation.Relu(), plain);
        SparseCode code = with.encode(x);
        float[] difference = with.decode(x, code).sub(without.decode(x, code)).toFloatArray();
        float[] skipped = x.matMul(weights.skip().orElseThrow().transpose()).toFloatArray();
        for (int i = 0; i < skipped.length; i++) {
            assertThat(difference[i]).isCloseTo(skipped[i], within(1e-3f));
        }
    }

    @Test
    void noRowsAndNoFeaturesAreNothingSpecial() {
        DenseSae silent = sae(new Activation.JumpRelu(scope.manager().create(new float[] {1e9f})), 1 << 24);
        NDArray x = normal(3, D);
        SparseCode none = silent.encode(x);
        assertThat(none.entries()).isZero();
        assertThat(silent.decode(x, none).getShape()).isEqualTo(new Shape(3, D));
        assertThat(silent.decoderRows(none.latents()).getShape()).isEqualTo(new Shape(0, D));
        for (Activation activation : everyActivation()) {
            NDArray empty = scope.manager().create(new Shape(0, D));
            DenseSae sae = sae(activation, 1 << 24);
            SparseCode code = sae.encode(empty);
            assertThat(code.entries()).isZero();
            assertThat(code.rowCount()).isZero();
            assertThat(sae.decode(empty, code).getShape()).isEqualTo(new Shape(0, D));
        }
    }

    @Test
    void resultsLiveWhereTheActivationsDoAndTheDictionaryKeepsNothing() {
        int resident = scope.manager().getManagedArrays().size();
        DenseSae sae = sae(new Activation.TopK(3), 1 << 24);
        try (Scope batch = Scope.open(Device.cpu())) {
            NDArray x = batch.manager().randomNormal(new Shape(4, D));
            SparseCode code = sae.encode(x);
            NDArray rebuilt = sae.decode(x, code);
            NDArray rows = sae.decoderRows(code.latents());
            for (NDArray result : List.of(code.rows(), code.latents(), code.values(), code.steps(), rebuilt, rows)) {
                assertThat(result.getManager()).isSameAs(batch.manager());
            }
            assertThat(batch.manager().getManagedArrays()).hasSize(6); // values and steps are one array
        }
        assertThat(scope.manager().getManagedArrays()).hasSize(resident);
    }

    @Test
    void encodingAndDecodingRecordNothingForTheBackwardPass() {
        DenseSae sae = sae(new Activation.TopK(3), 1 << 24);
        try (Tape tape = Tape.open(scope)) {
            NDArray leaf = tape.leaf(new Shape(4, D));
            NDArray x = normal(4, D).add(leaf);
            SparseCode code = sae.encode(x);
            assertThat(code.values().hasGradient()).isFalse();
            assertThat(sae.decode(x, code).hasGradient()).isFalse();
            tape.backward(x.sum());
            assertThat(tape.takeGradient(leaf).toFloatArray()).containsOnly(1);
        }
    }

    @Test
    void activationsOfAnotherWidthOrTypeAreAMistakeThatIsNamed() {
        DenseSae sae = sae(new Activation.Relu(), 1 << 24);
        assertThatThrownBy(() -> sae.encode(normal(2, D + 1)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("(2, 49)");
    }

    private static float[] features(SparseCode code, int rows) {
        float[] features = new float[rows * M];
        long[] row = code.rows().toLongArray();
        long[] latent = code.latents().toLongArray();
        float[] values = code.values().toFloatArray();
        for (int i = 0; i < values.length; i++) {
            features[(int) (row[i] * M + latent[i])] = values[i];
        }
        return features;
    }

    private static void assertSame(SparseCode actual, SparseCode expected, String what) {
        assertThat(Arrays.equals(actual.rows().toLongArray(), expected.rows().toLongArray())).as(what).isTrue();
        assertThat(Arrays.equals(actual.latents().toLongArray(), expected.latents().toLongArray())).as(what).isTrue();
        assertThat(Arrays.equals(actual.values().toFloatArray(), expected.values().toFloatArray())).as(what).isTrue();
        assertThat(Arrays.equals(actual.steps().toFloatArray(), expected.steps().toFloatArray())).as(what).isTrue();
    }
}
