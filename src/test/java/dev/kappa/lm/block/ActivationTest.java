package dev.kappa.lm.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** At −2, −½, 1 and 3, computed independently in f64. */
@Tag("torch")
class ActivationTest {
    @Test
    void geluIsTheExactOne() {
        assertThat(values(Activation.named("gelu", "hidden_act")))
                .containsExactly(expected(-.045500264, -.154268769, .841344746, 2.995950306), within(1e-6f));
    }

    @Test
    void geluTanhIsTheApproximation() {
        assertThat(values(Activation.named("gelu_pytorch_tanh", "hidden_act")))
                .containsExactly(expected(-.045402306, -.154285990, .841191991, 2.996362608), within(1e-6f));
    }

    @Test
    void siluIsTheSigmoidLinearUnit() {
        assertThat(values(Activation.named("silu", "hidden_act")))
                .containsExactly(expected(-.238405844, -.188770334, .731058579, 2.857722380), within(1e-6f));
    }

    @Test
    void anotherActivationIsRefusedByName() {
        assertThatThrownBy(() -> Activation.named("relu2", "hidden_act"))
                .hasMessageContaining("hidden_act 'relu2' is not supported; accepted: gelu");
    }

    private static float[] expected(double... values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    private static float[] values(Activation activation) {
        try (Scope scope = Scope.open(Device.cpu())) {
            return activation.apply(Tensors.of(scope, new float[] {-2, -0.5f, 1, 3}, 4)).toFloatArray();
        }
    }
}
