package dev.kappa.lm;

import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Small random models, written to a folder as Hugging Face would. Equal arguments give equal bytes. */
public final class TinyModels {
    private TinyModels() {}

    /** The sizes of a model. */
    public record Sizes(int layers, int dModel, int heads, int vocabulary, int context) {
        public static Sizes smallest() {
            return new Sizes(3, 16, 2, 37, 32);
        }
    }

    /** A GPT-NeoX model with parallel residual in the given folder, which is made if need be. */
    public static Path neox(Path folder, long seed) {
        return neox(folder, seed, Sizes.smallest());
    }

    /** The same in other sizes. */
    public static Path neox(Path folder, long seed, Sizes sizes) {
        long d = sizes.dModel();
        Draw draw = new Draw(new Random(seed));
        draw.matrix("gpt_neox.embed_in.weight", sizes.vocabulary(), d, 0.7);
        for (int layer = 0; layer < sizes.layers(); layer++) {
            String at = "gpt_neox.layers." + layer + ".";
            draw.norm(at + "input_layernorm", d);
            draw.norm(at + "post_attention_layernorm", d);
            draw.linear(at + "attention.query_key_value", 3 * d, d);
            draw.linear(at + "attention.dense", d, d);
            draw.linear(at + "mlp.dense_h_to_4h", 4 * d, d);
            draw.linear(at + "mlp.dense_4h_to_h", d, 4 * d);
        }
        draw.norm("gpt_neox.final_layer_norm", d);
        draw.matrix("embed_out.weight", sizes.vocabulary(), d, 1.5 / Math.sqrt(d));
        return write(folder, neoxConfig(sizes), draw.tensors);
    }

    /** The {@code config.json} of {@link #neox}. */
    public static String neoxConfig(Sizes sizes) {
        return """
                {
                  "model_type": "gpt_neox",
                  "hidden_size": %d,
                  "num_hidden_layers": %d,
                  "num_attention_heads": %d,
                  "intermediate_size": %d,
                  "vocab_size": %d,
                  "max_position_embeddings": %d,
                  "hidden_act": "gelu",
                  "layer_norm_eps": 1e-05,
                  "rotary_pct": 0.25,
                  "rotary_emb_base": 10000,
                  "use_parallel_residual": true,
                  "tie_word_embeddings": false
                }
                """
                .formatted(
                        sizes.dModel(),
                        sizes.layers(),
                        sizes.heads(),
                        4 * sizes.dModel(),
                        sizes.vocabulary(),
                        sizes.context());
    }

    private static Path write(Path folder, String config, Map<String, TensorData> tensors) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        return folder;
    }

    /** Weights large enough, and gains and biases far enough from 1 and 0, that a forgotten term shows. */
    private record Draw(Random random, Map<String, TensorData> tensors) {
        Draw(Random random) {
            this(random, new LinkedHashMap<>());
        }

        void linear(String name, long out, long in) {
            matrix(name + ".weight", out, in, 1.5 / Math.sqrt(in));
            vector(name + ".bias", out, 0);
        }

        void norm(String name, long width) {
            vector(name + ".weight", width, 1);
            vector(name + ".bias", width, 0);
        }

        void matrix(String name, long rows, long columns, double deviation) {
            tensors.put(name, TensorData.f32(numbers(rows * columns, 0, deviation), rows, columns));
        }

        private void vector(String name, long width, double mean) {
            tensors.put(name, TensorData.f32(numbers(width, mean, 0.3), width));
        }

        private float[] numbers(long count, double mean, double deviation) {
            float[] numbers = new float[Math.toIntExact(count)];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) (mean + deviation * random.nextGaussian());
            }
            return numbers;
        }
    }
}
