package dev.kappa.lm.neox;

import dev.kappa.fault.Fault;
import dev.kappa.lm.block.Activation;
import dev.kappa.lm.block.ConfigFile;
import dev.kappa.lm.block.Rope;

/**
 * What {@code config.json} says of a {@code gpt_neox} model.
 *
 * @param attentionBias whether the two projections of the attention have a bias
 * @param tied whether the unembedding is the embedding
 */
record NeoxConfig(
        int vocabulary,
        int dModel,
        int layers,
        int heads,
        int mlpWidth,
        int context,
        boolean parallel,
        boolean attentionBias,
        boolean tied,
        double epsilon,
        Activation activation,
        Rope rope) {

    static NeoxConfig read(ConfigFile config) {
        NeoxConfig read = new NeoxConfig(
                config.size("vocab_size"),
                config.size("hidden_size"),
                config.size("num_hidden_layers"),
                config.size("num_attention_heads"),
                config.size("intermediate_size"),
                config.size("max_position_embeddings"),
                config.flag(true, "use_parallel_residual"),
                config.flag(true, "attention_bias"),
                config.flag(false, "tie_word_embeddings"),
                config.numberOr(1e-5, "layer_norm_eps"),
                Activation.named(config.text("gelu", "hidden_act"), "hidden_act"),
                Rope.read(config, 10_000, 0.25));
        if (read.dModel % read.heads != 0) {
            throw Fault.user(
                    "config_malformed",
                    "hidden_size " + read.dModel + " is not a multiple of num_attention_heads " + read.heads);
        }
        read.rope.rotated(read.headDim());
        return read;
    }

    int headDim() {
        return dModel / heads;
    }
}
