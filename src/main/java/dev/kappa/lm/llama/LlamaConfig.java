package dev.kappa.lm.llama;

import dev.kappa.fault.Fault;
import dev.kappa.lm.block.Activation;
import dev.kappa.lm.block.ConfigFile;
import dev.kappa.lm.block.Rope;

/**
 * What {@code config.json} says of a {@code llama} model.
 *
 * @param attentionBias whether the four projections of the attention have a bias
 * @param mlpBias whether the three projections of the MLP have a bias
 * @param tied whether the unembedding is the embedding
 */
record LlamaConfig(
        int vocabulary,
        int dModel,
        int layers,
        int heads,
        int keyValueHeads,
        int headDim,
        int mlpWidth,
        int context,
        boolean attentionBias,
        boolean mlpBias,
        boolean tied,
        double epsilon,
        Activation activation,
        Rope rope) {

    static LlamaConfig read(ConfigFile config) {
        config.onlySupports("pretraining_tp", 1);
        int dModel = config.size("hidden_size");
        int heads = config.size("num_attention_heads");
        LlamaConfig read = new LlamaConfig(
                config.size("vocab_size"),
                dModel,
                config.size("num_hidden_layers"),
                heads,
                config.sizeOr(heads, "num_key_value_heads"),
                config.sizeOr(dModel / heads, "head_dim"),
                config.size("intermediate_size"),
                config.size("max_position_embeddings"),
                config.flag(false, "attention_bias"),
                config.flag(false, "mlp_bias"),
                config.flag(false, "tie_word_embeddings"),
                config.numberOr(1e-6, "rms_norm_eps"),
                Activation.named(config.text("silu", "hidden_act"), "hidden_act"),
                Rope.read(config, 10_000, 1).whole());
        if (read.heads % read.keyValueHeads != 0) {
            throw Fault.user(
                    "config_malformed",
                    "num_attention_heads " + heads + " is not a multiple of num_key_value_heads "
                            + read.keyValueHeads);
        }
        read.rope.rotated(read.headDim);
        return read;
    }
}
