package dev.kappa.lm;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.lm.block.ConfigFile;
import dev.kappa.lm.block.Family;
import dev.kappa.lm.block.TensorTable;
import dev.kappa.lm.block.Transformer;
import dev.kappa.lm.block.Weights;
import dev.kappa.lm.gemma2.Gemma2;
import dev.kappa.lm.llama.Llama;
import dev.kappa.lm.neox.Neox;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model as Hugging Face lays it out: {@code config.json}; the weights as {@code model.safetensors},
 * {@code model.safetensors.index.json} with its shards, or {@code pytorch_model.bin}; and, unless token ids
 * are all one wants to give, {@code tokenizer.json}. Opening reads the configuration and the names and shapes
 * of the tensors, and refuses what this program cannot compute exactly; no weight is read.
 */
public final class ModelFolder {
    private static final List<String> WEIGHTS =
            List.of("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin");

    private final Path folder;
    private final Path weights;
    private final ConfigFile config;
    private final Family family;

    private ModelFolder(Path folder) {
        this.folder = folder;
        Path file = folder.resolve("config.json");
        if (!Files.isRegularFile(file)) {
            throw Fault.user("model_incomplete", "folder " + folder + " has no config.json");
        }
        this.config = ConfigFile.read(file);
        this.family = family(config);
        this.weights = WEIGHTS.stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> Fault.user(
                        "model_incomplete",
                        "folder " + folder + " has no weights; accepted: " + String.join(", ", WEIGHTS)));
    }

    public static ModelFolder open(Path path) {
        ModelFolder folder = new ModelFolder(path);
        try (TensorFile file = TensorFiles.open(folder.weights)) {
            folder.family.tensors().check(file);
        }
        return folder;
    }

    public Architecture architecture() {
        return family.architecture();
    }

    /** The model on a device, in a scope of its own; closing the model frees it. */
    public LanguageModel load(Device device) {
        TensorFile file = TensorFiles.open(weights);
        Scope scope = Scope.open(device);
        Runnable release = () -> {
            scope.close();
            file.close();
        };
        try {
            TensorTable tensors = family.tensors();
            tensors.check(file);
            Weights loaded = new Weights(file, tensors, scope);
            return new Transformer(family.architecture(), family.assemble(loaded), release);
        } catch (RuntimeException | Error e) {
            release.run();
            throw e;
        }
    }

    public boolean hasTokenizer() {
        return Files.isRegularFile(folder.resolve("tokenizer.json"));
    }

    /** The tokenizer; refused where the folder has none. */
    public Tokenizer tokenizer() {
        if (!hasTokenizer()) {
            throw Fault.user(
                    "tokenizer_missing",
                    "folder " + folder + " has no tokenizer.json, so that it takes token ids and no text");
        }
        return Tokenizer.open(folder, config.token("bos_token_id"), config.token("eos_token_id"));
    }

    /**
     * The token at position 0 of every sequence, which is fed and is no part of statistics: what the tokenizer
     * puts there, or without a tokenizer what the family does.
     */
    public Optional<Integer> startToken() {
        if (hasTokenizer()) {
            try (Tokenizer tokenizer = tokenizer()) {
                return tokenizer.startToken();
            }
        }
        return architecture().family().equals("gpt_neox") ? Optional.empty() : config.token("bos_token_id");
    }

    private static Family family(ConfigFile config) {
        config.doesNotSupport("quantization_config");
        String type = config.text("", "model_type");
        switch (type) {
            case "gpt_neox":
                return new Neox(config);
            case "llama":
                return new Llama(config);
            case "gemma2":
                return new Gemma2(config);
            default:
                throw ConfigFile.unsupported(
                        "model_type '" + type + "' is not supported; accepted: gpt_neox, llama, gemma2");
        }
    }
}
