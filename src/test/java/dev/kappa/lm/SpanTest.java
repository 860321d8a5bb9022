package dev.kappa.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("torch")
class SpanTest {
    static Stream<Path> models() {
        return Golden.tinyModels().stream();
    }

    /** Sliding windows, soft-caps, shared keys, rotations of every kind. */
    @ParameterizedTest
    @MethodSource("models")
    void aPassThatBeginsInTheMiddleEndsAsTheWholePass(Path folder) {
        try (LanguageModel model = ModelFolder.open(folder).load(Device.cpu());
                TensorFile golden = TensorFiles.open(folder.resolve("golden.safetensors"));
                Scope scope = Scope.open(Device.cpu())) {
            NDArray embedded = model.embed(Golden.ids(golden, "ids", scope), Hooks.none());
            int layers = model.architecture().layers();
            int length = (int) embedded.getShape().get(1);
            Map<Integer, KeyValues> found = new HashMap<>();
            Span remembering = new Span(0, 0, (layer, own) -> {
                NDArray keys = scope.keep(own.keys().duplicate());
                found.put(layer, new KeyValues(keys, scope.keep(own.values().duplicate())));
                return own;
            });
            NDArray whole = model.blocks(embedded, 0, layers, Hooks.none(), remembering);
            for (int start : new int[] {1, length / 2, length - 1}) {
                for (int read : new int[] {start, length - 1}) {
                    Span span = new Span(start, read, (layer, own) -> after(found.get(layer), start, own));
                    NDArray end = model.blocks(embedded.get(":, " + start + ":"), 0, layers, Hooks.none(), span);
                    float[] expected = whole.get(":, " + read + ":").toFloatArray();
                    assertThat(Golden.relativeError(end.toFloatArray(), expected))
                            .as("from %d, read from %d", start, read)
                            .isLessThan(2e-6);
                }
            }
        }
    }

    private static KeyValues after(KeyValues whole, int start, KeyValues own) {
        return new KeyValues(after(whole.keys(), start, own.keys()), after(whole.values(), start, own.values()));
    }

    private static NDArray after(NDArray whole, int start, NDArray own) {
        return NDArrays.concat(new NDList(whole.get(":, :" + start), own), 1);
    }

    @Test
    void hooksOfTheLastBlockSeeEveryPosition() {
        try (LanguageModel model =
                        ModelFolder.open(Golden.tinyModels().get(0)).load(Device.cpu());
                Scope scope = Scope.open(Device.cpu())) {
            int last = model.architecture().layers() - 1;
            NDArray stream = scope.manager().randomNormal(new Shape(
                    2, 6, model.architecture().dModel()));
            long[] seen = new long[1];
            Hooks hooks = Hooks.none().with(new HookPoint(HookPoint.Site.MLP_OUT, last), x -> {
                seen[0] = x.getShape().get(1);
                return x;
            });
            NDArray end = model.blocks(stream, 0, last + 1, hooks, Span.readFrom(4));

            assertThat(seen[0]).isEqualTo(6);
            assertThat(end.getShape().get(1)).isEqualTo(2);
            assertThatThrownBy(() -> model.blocks(stream, 0, last + 1, Hooks.none(), Span.readFrom(6)))
                    .hasMessage("positions from 6 on are not among the 6 from 0");
        }
    }
}
