package dev.kappa.lm.gemma2;

import dev.kappa.fault.Fault;
import dev.kappa.lm.block.Activation;
import dev.kappa.lm.block.ConfigFile;
import dev.kappa.lm.block.Rope;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * What {@code config.json} says of a {@code gemma2} model.
 *
 * @param tied whether the unembedding is the embedding
 * @param scale factor of attention scores, query_pre_attn_scalar^(−1/2)
 * @param attentionCap soft-cap of attention scores
 * @param logitCap soft-cap of logits
 * @param window how many keys a query of a windowed layer sees
 * @param windowed the layers with a window
 */
record Gemma2Config(
        int vocabulary,
        int dModel,
        int layers,
        int heads,
        int keyValueHeads,
        int headDim,
        int mlpWidth,
        int context,
        boolean attentionBias,
        boolean tied,
        double epsilon,
        double scale,
        OptionalDouble attentionCap,
        OptionalDouble logitCap,
        int window,
        List<Boolean> windowed,
        Activation activation,
        Rope rope) {

    static Gemma2Config read(ConfigFile config) {
        config.onlySupports("use_bidirectional_attention", false);
        config.onlySupports("hidden_act", "gelu_pytorch_tanh"); // read by no version of the reference
        int layers = config.size("num_hidden_layers");
        int heads = config.size("num_attention_heads");
        Gemma2Config read = new Gemma2Config(
                config.size("vocab_size"),
                config.size("hidden_size"),
                layers,
                heads,
                config.size("num_key_value_heads"),
                config.size("head_dim"),
                config.size("intermediate_size"),
                config.size("max_position_embeddings"),
                config.flag(false, "attention_bias"),
                config.flag(true, "tie_word_embeddings"),
                config.numberOr(1e-6, "rms_norm_eps"),
                Math.pow(config.number("query_pre_attn_scalar"), -0.5),
                config.optionalNumber("attn_logit_softcapping"),
                config.optionalNumber("final_logit_softcapping"),
                config.sizeOr(4096, "sliding_window"),
                windowed(config.texts("layer_types"), layers),
                Activation.named(config.text("gelu_pytorch_tanh", "hidden_activation"), "hidden_activation"),
                Rope.read(config, 10_000, 1).whole());
        if (heads % read.keyValueHeads != 0) {
            throw Fault.user(
                    "config_malformed",
                    "num_attention_heads " + heads + " is not a multiple of num_key_value_heads "
                            + read.keyValueHeads);
        }
        read.rope.rotated(read.headDim);
        return read;
    }

    /** As listed, or every other layer from the first. */
    private static List<Boolean> windowed(List<String> types, int layers) {
        if (types.isEmpty()) {
            return IntStream.range(0, layers).mapToObj(layer -> layer % 2 == 0).toList();
        }
        if (types.size() != layers) {
            throw Fault.user(
                    "config_malformed",
                    "layer_types lists " + types.size() + " layers, num_hidden_layers is " + layers);
        }
        for (String type : types) {
            if (!type.equals("sliding_attention") && !type.equals("full_attention")) {
                throw ConfigFile.unsupported(
                        "layer type '" + type + "' is not supported; accepted: sliding_attention, full_attention");
            }
        }
        return types.stream().map("sliding_attention"::equals).toList();
    }
}
