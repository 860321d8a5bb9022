package dev.kappa.catalog;

import dev.kappa.lm.TinyModels;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Registrable things of a few kilobytes. */
public final class TinyThings {
    /** The tokenizer's vocabulary; a word of a sentence is one token with the space before it. */
    private static final List<String> WORDS = List.of(
            "<|endoftext|>", "[UNK]", "The", " cat", " cats", " dog", " dogs", " is", " are", " has", " have", " old",
            " near", " the", ".", " sat", " on", " mat");

    private TinyThings() {}

    /** A GPT-NeoX model of width 16 with three blocks, a context of 32 and a tokenizer that knows a few words. */
    public static Path model(Path folder, long seed) {
        TinyModels.neox(folder, seed);
        Path config = folder.resolve("config.json");
        write(config, read(config).replaceFirst("\\{", "{\"eos_token_id\": 0,"));
        write(folder.resolve("tokenizer.json"), tokenizer());
        return folder;
    }

    /** A ReLU dictionary in SAELens' layout; the hook may be empty. */
    public static Path sae(Path folder, int dIn, int width, String hook, long seed) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(folder.resolve("cfg.json"), """
                {"architecture": "standard", "d_in": %d, "d_sae": %d, "apply_b_dec_to_input": false,
                 "metadata": {"sae_lens_version": "6.0.0"%s}}"""
                .formatted(dIn, width, hook.isEmpty() ? "" : ", \"hook_name\": \"" + hook + "\""));
        Random random = new Random(seed);
        SafetensorsWriter.write(
                folder.resolve("sae_weights.safetensors"),
                Map.of(
                        "W_enc", TensorData.f32(numbers(random, dIn * width), dIn, width),
                        "b_enc", TensorData.f32(numbers(random, width), width),
                        "W_dec", TensorData.f32(numbers(random, dIn * width), width, dIn),
                        "b_dec", TensorData.f32(numbers(random, dIn), dIn)),
                Map.of());
        return folder;
    }

    private static String tokenizer() {
        String vocabulary = IntStream.range(0, WORDS.size())
                .mapToObj(id -> "\"" + WORDS.get(id) + "\": " + id)
                .collect(Collectors.joining(", "));
        return """
                {"version": "1.0", "truncation": null, "padding": null,
                 "added_tokens": [{"id": 0, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
                                   "rstrip": false, "normalized": false, "special": true}],
                 "normalizer": null,
                 "pre_tokenizer": {"type": "Split", "pattern": {"Regex": " ?[A-Za-z]+|[^A-Za-z]"},
                                   "behavior": "Isolated", "invert": false},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "[UNK]"}}"""
                .formatted(vocabulary);
    }

    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
