package dev.kappa.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeInput.Normalisation;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaeLensWriterTest {
    private static final SaeLensWriter.About ABOUT = new SaeLensWriter.About("tiny", true, 64);

    /** A dictionary as small as this is multiplied by other kernels where its encoder is stored transposed. */
    private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

    @TempDir
    Path folder;

    private static DenseSae sae(Scope scope, SaeInput input, Activation activation) {
        HookPoint hook = new HookPoint(HookPoint.Site.Z, 1);
        SaeShape shape = new SaeShape("arrays", activation.name(), 4, 8, Optional.of(hook), true, 0);
        return DenseSae.of(shape, input, activation, Tiny.weights(scope));
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        try (Scope scope = Scope.open(Device.cpu())) {
            List<Activation> written = List.of(
                    new Activation.Relu(),
                    new Activation.TopK(3),
                    new Activation.JumpRelu(scope.manager().create(new float[] {2, 0, 0, 0, 0, 0, 0, 2})),
                    new Activation.JumpRelu(scope.manager().create(new float[] {1})));
            for (int i = 0; i < written.size(); i++) {
                for (Normalisation normalisation : Normalisation.values()) {
                    DenseSae sae = sae(scope, new SaeInput(normalisation, i % 2 == 0), written.get(i));
                    Path target = folder.resolve(normalisation + "-" + i);
                    SaeLensWriter.write(target, sae, ABOUT, i == 1 ? ElementType.F16 : ElementType.F32);
                    try (Sae read = SaeFolder.open(target).load(Device.cpu())) {
                        assertThat(read.shape().activation()).isEqualTo(sae.shape().activation());
                        assertThat(read.shape().hook()).isEqualTo(sae.shape().hook());
                        assertThat(read.shape().skipsStart()).isTrue();
                        assertThat(Tiny.features(read, Tiny.X)).containsExactly(Tiny.features(sae, Tiny.X), ROUNDING);
                        assertThat(Tiny.steps(read, Tiny.X)).containsExactly(Tiny.steps(sae, Tiny.X), ROUNDING);
                        assertThat(Tiny.reconstruction(read, Tiny.X)).containsExactly(Tiny.reconstruction(sae, Tiny.X), ROUNDING);
                    }
                }
            }
        }
    }

    @Test
    void nothingButTheFolderIsLeftAndAnExistingOneIsNotTouched() throws IOException {
        try (Scope scope = Scope.open(Device.cpu())) {
            DenseSae sae = sae(scope, SaeInput.plain(true), new Activation.Relu());
            int arrays = scope.manager().getManagedArrays().size();
            SaeLensWriter.write(folder.resolve("one"), sae, ABOUT, ElementType.F32);
            assertThat(scope.manager().getManagedArrays()).hasSize(arrays);
            assertThatThrownBy(() -> SaeLensWriter.write(folder.resolve("one"), sae, ABOUT, ElementType.F32))
                    .isInstanceOf(Fault.class);
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("one"));
        }
    }

    @Test
    void anActivationWithoutAPlaceInTheLayoutIsRefused() {
        try (Scope scope = Scope.open(Device.cpu())) {
            DenseSae sae = sae(scope, SaeInput.plain(true), new Activation.GroupMax(2));
            assertThatThrownBy(() -> SaeLensWriter.files(sae, ABOUT, ElementType.F32))
                    .isInstanceOf(Fault.class)
                    .hasMessageContaining("groupmax");
        }
    }
}
