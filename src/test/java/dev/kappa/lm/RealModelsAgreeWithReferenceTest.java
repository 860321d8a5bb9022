package dev.kappa.lm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tape;
import dev.kappa.tensor.Tensors;
import dev.kappa.testing.Checked;
import dev.kappa.weights.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Trained models on text, against transformers in f32. */
@Tag("torch")
class RealModelsAgreeWithReferenceTest {
    private static final Path STORIES = Path.of("src/main/resources/bundled/models/stories-neox");
    private static final Path TINYSTORIES = Path.of("../shared/models/tinystories-656k");
    private static final int PROMPTS = 5;

    @Test
    void theBundledModelGivesTheReferencesLogits() {
        assertLogitsAgree(STORIES, "logits-stories-neox");
    }

    @Test
    void aLlamaModelGivesTheReferencesLogits() {
        Checked.where(Files.isDirectory(TINYSTORIES), "Llama logits of a trained model; there is no " + TINYSTORIES);
        assertLogitsAgree(TINYSTORIES, "logits-tinystories-656k");
    }

    @Test
    void theBundledModelGivesTheReferencesGradients() {
        try (LanguageModel model = ModelFolder.open(STORIES).load(Device.cpu());
                TensorFile golden = Golden.file("gradients-stories-neox");
                Scope scope = Scope.open(Device.cpu());
                Tape tape = Tape.open(scope)) {
            Map<String, NDArray> leaves = new LinkedHashMap<>();
            Hooks hooks = Hooks.none();
            for (String name : golden.tensors().keySet()) {
                if (name.startsWith("loss.grad.")) {
                    hooks = hooks.with(HookPoint.parse(name.substring("loss.grad.".length())), activation -> {
                        leaves.put(name, tape.leaf(activation.getShape()));
                        return activation.add(leaves.get(name));
                    });
                }
            }
            NDArray ids = Golden.ids(golden, "ids", scope);
            NDArray loss = Losses.nextToken(model.forward(ids, hooks), ids);
            tape.backward(loss);

            assertThat(Math.abs(loss.getFloat() - golden.floats("loss")[0])).isLessThan(1e-5f);
            assertThat(leaves).hasSize(3);
            leaves.forEach((name, leaf) -> {
                float[] gradient = tape.takeGradient(leaf).toFloatArray();
                assertThat(Golden.relativeError(gradient, golden.floats(name)))
                        .as(name)
                        .isLessThan(1e-4);
            });
        }
    }

    /** Ids of each prompt's text, logits at its last three positions, the likeliest token at all. */
    private static void assertLogitsAgree(Path folder, String goldenName) {
        ModelFolder opened = ModelFolder.open(folder);
        try (LanguageModel model = opened.load(Device.cpu());
                Tokenizer tokenizer = opened.tokenizer();
                TensorFile golden = Golden.file(goldenName)) {
            for (int prompt = 0; prompt < PROMPTS; prompt++) {
                String name = "prompt" + prompt;
                long[] ids = tokenizer.encode(golden.metadata().get(name));
                assertThat(ids).as(name).isEqualTo(golden.longs(name + ".ids"));
                assertThat(tokenizer.vocabulary()).isLessThanOrEqualTo(model.architecture().vocabulary());
                try (Scope scope = Scope.open(Device.cpu())) {
                    NDArray logits = model.forward(Tensors.of(scope, ids, 1, ids.length), Hooks.none());
                    float[] all = logits.toFloatArray();
                    float[] expected = golden.floats(name + ".logits");
                    float[] last = Arrays.copyOfRange(all, all.length - expected.length, all.length);
                    assertThat(Golden.absoluteError(last, expected)).as(name).isLessThan(1e-4);
                    assertThat(logits.argMax(-1).toLongArray()).as(name).isEqualTo(golden.longs(name + ".argmax"));
                }
            }
        }
    }
}
