package dev.kappa.lm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiny random models that exercise every quirk of every family, against transformers in f32. */
@Tag("torch")
class TinyModelsAgreeWithReferenceTest {
    private static final double TOLERANCE = 2e-5;

    static Stream<Path> models() {
        return Golden.tinyModels().stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void logitsAndEveryActivationAgree(Path folder) {
        try (LanguageModel model = ModelFolder.open(folder).load(Device.cpu());
                TensorFile golden = TensorFiles.open(folder.resolve("golden.safetensors"));
                Scope scope = Scope.open(Device.cpu())) {
            List<String> names = golden.tensors().keySet().stream()
                    .filter(name -> name.contains("hook_") && !name.startsWith("grad."))
                    .toList();
            Map<String, float[]> activations = new LinkedHashMap<>();
            Hooks hooks = Hooks.none();
            for (String name : names) {
                hooks = hooks.with(HookPoint.parse(name), activation -> {
                    activations.put(name, activation.toFloatArray());
                    return activation;
                });
            }
            activations.put("logits", model.forward(Golden.ids(golden, "ids", scope), hooks).toFloatArray());

            assertThat(names).hasSize(1 + 5 * model.architecture().layers());
            activations.forEach((name, activation) -> {
                assertThat(Golden.relativeError(activation, golden.floats(name)))
                        .as(name)
                        .isLessThan(TOLERANCE);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAtTwoHooksAgree(Path folder) {
        try (LanguageModel model = ModelFolder.open(folder).load(Device.cpu());
                TensorFile golden = TensorFiles.open(folder.resolve("golden.safetensors"));
                Scope scope = Scope.open(Device.cpu());
                Tape tape = Tape.open(scope)) {
            Map<String, NDArray> leaves = new LinkedHashMap<>();
            Hooks hooks = Hooks.none();
            for (String name : golden.tensors().keySet()) {
                if (name.startsWith("grad.")) {
                    hooks = hooks.with(HookPoint.parse(name.substring(5)), activation -> {
                        leaves.put(name, tape.leaf(activation.getShape()));
                        return activation.add(leaves.get(name));
                    });
                }
            }
            NDArray ids = Golden.ids(golden, "ids", scope);
            tape.backward(Losses.nextToken(model.forward(ids, hooks), ids));

            assertThat(leaves).hasSize(2);
            leaves.forEach((name, leaf) -> {
                float[] gradient = tape.takeGradient(leaf).toFloatArray();
                assertThat(Golden.relativeError(gradient, golden.floats(name)))
                        .as(name)
                        .isLessThan(TOLERANCE);
            });
        }
    }
}
