package dev.kappa.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A dictionary with d = 4 and m = 8 whose features can be worked out on paper.
 *
 * <pre>
 *   latent   encoder row        bias
 *   0        ( 1  0  0  0)       0
 *   1        ( 0  1  0  0)       0
 *   2        ( 0  0  1  0)      -1
 *   3        ( 0  0  0  1)       1/2
 *   4        (-1  0  0  0)       0
 *   5        ( 1  1  0  0)      -2
 *   6        ( 0  0  1 -1)       0
 *   7        ( 1  1  1  1)/2     0
 * </pre>
 *
 * Decoder row i has i + 1 in column i mod 4; the decoder bias is (1 0 0 0).
 *
 * <p>Of x = (3, 1, 2, -1) the pre-activations are (3, 1, 1, -1/2, -3, 2, 3, 5/2), and of x minus the decoder
 * bias (2, 1, 1, -1/2, -2, 1, 3, 2).
 */
final class Tiny {
    static final int D = 4;
    static final int M = 8;
    static final float[] X = {3, 1, 2, -1};

    static final float[][] ENCODER = {
        {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1},
        {-1, 0, 0, 0}, {1, 1, 0, 0}, {0, 0, 1, -1}, {.5f, .5f, .5f, .5f}
    };
    static final float[] BIAS = {0, 0, -1, .5f, 0, -2, 0, 0};
    static final float[] DECODER_BIAS = {1, 0, 0, 0};

    private Tiny() {}

    static float[] encoder() {
        float[] flat = new float[M * D];
        for (int i = 0; i < M * D; i++) {
            flat[i] = ENCODER[i / D][i % D];
        }
        return flat;
    }

    static float[] decoder() {
        float[] flat = new float[M * D];
        for (int i = 0; i < M; i++) {
            flat[i * D + i % D] = i + 1;
        }
        return flat;
    }

    /** A [rows, columns] matrix as its transpose. */
    static float[] transposed(float[] matrix, int rows, int columns) {
        float[] result = new float[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            result[i % columns * rows + i / columns] = matrix[i];
        }
        return result;
    }

    static SaeWeights weights(Scope scope) {
        var manager = scope.manager();
        return new SaeWeights(
                manager.create(encoder(), new Shape(M, D)),
                manager.create(BIAS),
                manager.create(decoder(), new Shape(M, D)),
                manager.create(DECODER_BIAS));
    }

    static Map<String, TensorData> saeLensTensors() {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("W_enc", TensorData.f32(transposed(encoder(), M, D), D, M));
        tensors.put("b_enc", TensorData.f32(BIAS, M));
        tensors.put("W_dec", TensorData.f32(decoder(), M, D));
        tensors.put("b_dec", TensorData.f32(DECODER_BIAS, D));
        return tensors;
    }

    static void saeLens(Path folder, Map<String, TensorData> tensors, String config) throws IOException {
        Files.writeString(folder.resolve("cfg.json"), config);
        SafetensorsWriter.write(folder.resolve("sae_weights.safetensors"), tensors, Map.of());
    }

    /** The features of one row, [width], zeros where nothing fires. */
    static float[] features(Sae sae, float... x) {
        return dense(sae, x, false);
    }

    static float[] steps(Sae sae, float... x) {
        return dense(sae, x, true);
    }

    private static float[] dense(Sae sae, float[] x, boolean steps) {
        try (Scope scope = Scope.open(Device.cpu())) {
            SparseCode code = sae.encode(scope.manager().create(x, new Shape(1, x.length)));
            float[] features = new float[sae.shape().width()];
            long[] latents = code.latents().toLongArray();
            float[] values = (steps ? code.steps() : code.values()).toFloatArray();
            for (int i = 0; i < latents.length; i++) {
                features[(int) latents[i]] = values[i];
            }
            return features;
        }
    }

    static float[] reconstruction(Sae sae, float... x) {
        try (Scope scope = Scope.open(Device.cpu())) {
            NDArray row = scope.manager().create(x, new Shape(1, x.length));
            return sae.decode(row, sae.encode(row)).toFloatArray();
        }
    }
}
