package dev.kappa.experiment.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Tally;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SaeTrainerTest {
    private static final int D = 16;
    private static final int TRUE_FEATURES = 24;
    private static final int ROWS = 512;

    private static Recipe recipe(Kind kind, int steps) {
        return new Recipe(kind, 48, 3, kind == Kind.STANDARD ? 1.5 : 0.6, 3e-3, steps, 10_000);
    }

    /** Rows that are sums of a few of 24 fixed directions. */
    private static NDArray rows(Scope scope, long seed) {
        Random directions = new Random(77);
        float[][] features = new float[TRUE_FEATURES][D];
        for (float[] feature : features) {
            double squares = 0;
            for (int j = 0; j < D; j++) {
                feature[j] = (float) directions.nextGaussian();
                squares += feature[j] * feature[j];
            }
            for (int j = 0; j < D; j++) {
                feature[j] /= (float) Math.sqrt(squares);
            }
        }
        Random random = new Random(seed);
        float[] rows = new float[ROWS * D];
        for (int r = 0; r < ROWS; r++) {
            for (int n = 0; n < 3; n++) {
                float[] feature = features[random.nextInt(TRUE_FEATURES)];
                double size = 2 + random.nextDouble();
                for (int j = 0; j < D; j++) {
                    rows[r * D + j] += (float) (size * feature[j]);
                }
            }
        }
        return Tensors.of(scope, rows, ROWS, D);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void trainingExplainsMostOfPlantedFeaturesSparsely(Kind kind) {
        int steps = 600;
        try (Scope scope = Scope.open(Device.cpu())) {
            SaeTrainer trainer = SaeTrainer.first(scope, recipe(kind, steps), rows(scope, 1), 5);
            for (int i = 0; i < steps; i++) {
                try (Scope inner = scope.child()) {
                    trainer.step(rows(inner, 100 + i % 20));
                }
            }
            NDArray held = rows(scope, 999);
            DenseSae sae = trainer.dictionary(HookPoint.residPost(0));
            SparseCode code = sae.encode(held);
            double error = held.sub(sae.decode(held, code)).square().sum().getFloat();
            double variance = held.sub(held.mean(new int[] {0})).square().sum().getFloat();
            assertThat(error / variance).as("fraction of variance unexplained, %s", kind).isLessThan(0.4);
            assertThat((double) code.entries() / ROWS).as("features on a row, %s", kind).isLessThan(10);
            float[] norms = sae.weights().decoder().norm(2, new int[] {1}, false).toFloatArray();
            for (float norm : norms) {
                assertThat(norm).isBetween(0.9999f, 1.0001f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void trainingThatGoesOnFromACheckpointGivesTheSameDigits(Kind kind) {
        try (Scope scope = Scope.open(Device.cpu())) {
            SaeTrainer whole = SaeTrainer.first(scope, recipe(kind, 20), rows(scope, 1), 5);
            SaeTrainer half = SaeTrainer.first(scope, recipe(kind, 20), rows(scope, 1), 5);
            for (int i = 0; i < 20; i++) {
                whole.step(rows(scope, i));
            }
            for (int i = 0; i < 10; i++) {
                half.step(rows(scope, i));
            }
            Tally checkpoint = new Tally();
            half.save(checkpoint);
            SaeTrainer resumed = SaeTrainer.resume(scope, recipe(kind, 20), checkpoint);
            for (int i = 10; i < 20; i++) {
                resumed.step(rows(scope, i));
            }
            Tally first = new Tally();
            Tally second = new Tally();
            whole.save(first);
            resumed.save(second);
            for (String name : first.entries().keySet()) {
                assertThat(second.entries().get(name).f32()).as(name).isEqualTo(first.entries().get(name).f32());
            }
        }
    }

    @Test
    void stepsLeaveNoArraysBehind() {
        try (Scope scope = Scope.open(Device.cpu())) {
            SaeTrainer trainer = SaeTrainer.first(scope, recipe(Kind.JUMPRELU, 40), rows(scope, 1), 5);
            trainer.step(rows(scope, 2));
            int before = scope.manager().getManagedArrays().size();
            try (Scope inner = scope.child()) {
                NDArray rows = rows(inner, 3);
                for (int i = 0; i < 20; i++) {
                    trainer.step(rows);
                }
            }
            assertThat(scope.manager().getManagedArrays().size()).isEqualTo(before);
        }
    }
}
