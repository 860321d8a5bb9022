package dev.kappa.lm.neox;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.Architecture;
import dev.kappa.lm.block.Attention;
import dev.kappa.lm.block.Block;
import dev.kappa.lm.block.ConfigFile;
import dev.kappa.lm.block.Family;
import dev.kappa.lm.block.Linear;
import dev.kappa.lm.block.Mlp;
import dev.kappa.lm.block.Norm;
import dev.kappa.lm.block.Parts;
import dev.kappa.lm.block.PositionTables;
import dev.kappa.lm.block.Projections;
import dev.kappa.lm.block.TensorTable;
import dev.kappa.lm.block.Weights;
import java.util.stream.IntStream;

/**
 * GPT-NeoX: layer norms with biases, attention and MLP side by side (or one after the other), rotation of a
 * part of each head, query, key and value in one matrix, head by head.
 */
public final class Neox implements Family {
    private final NeoxConfig config;

    public Neox(ConfigFile file) {
        this.config = NeoxConfig.read(file);
    }

    @Override
    public Architecture architecture() {
        return new Architecture(
                "gpt_neox",
                config.layers(),
                config.dModel(),
                config.dModel(),
                config.vocabulary(),
                config.context(),
                tensors().bytes());
    }

    @Override
    public TensorTable tensors() {
        long d = config.dModel();
        TensorTable table = new TensorTable()
                .embeddings("gpt_neox.embed_in.weight", "embed_out.weight", config.tied(), config.vocabulary(), d);
        for (int layer = 0; layer < config.layers(); layer++) {
            String at = at(layer);
            table.tensor(at + "input_layernorm.weight", d)
                    .tensor(at + "input_layernorm.bias", d)
                    .linear(at + "attention.query_key_value", 3 * d, d, config.attentionBias())
                    .linear(at + "attention.dense", d, d, config.attentionBias())
                    .tensor(at + "post_attention_layernorm.weight", d)
                    .tensor(at + "post_attention_layernorm.bias", d)
                    .linear(at + "mlp.dense_h_to_4h", config.mlpWidth(), d, true)
                    .linear(at + "mlp.dense_4h_to_h", d, config.mlpWidth(), true);
        }
        return table.tensor("gpt_neox.final_layer_norm.weight", d)
                .tensor("gpt_neox.final_layer_norm.bias", d)
                .ignoring("gpt_neox\\.layers\\.\\d+\\.attention\\.(bias|masked_bias|rotary_emb\\.inv_freq)");
    }

    @Override
    public Parts assemble(Weights weights) {
        NDArray embedding = weights.tensor("gpt_neox.embed_in.weight");
        double scale = 1 / Math.sqrt(config.headDim());
        return new Parts(
                embedding,
                null,
                new PositionTables(
                        weights.scope(), config.rope(), config.headDim(), scale, config.context(), config.context()),
                IntStream.range(0, config.layers()).mapToObj(layer -> block(weights, at(layer))).toList(),
                norm(weights, "gpt_neox.final_layer_norm"),
                new Linear(config.tied() ? embedding : weights.tensor("embed_out.weight"), null),
                null);
    }

    private Block block(Weights weights, String at) {
        return new Block(
                config.parallel(),
                norm(weights, at + "input_layernorm"),
                new Attention(
                        Projections.interleaved(
                                weights.linear(at + "attention.query_key_value", config.attentionBias()),
                                config.heads(),
                                config.headDim()),
                        weights.linear(at + "attention.dense", config.attentionBias()),
                        config.heads(),
                        config.heads(),
                        null,
                        false),
                Norm.none(),
                norm(weights, at + "post_attention_layernorm"),
                Mlp.plain(
                        weights.linear(at + "mlp.dense_h_to_4h", true),
                        config.activation(),
                        weights.linear(at + "mlp.dense_4h_to_h", true)),
                Norm.none());
    }

    private Norm norm(Weights weights, String name) {
        return Norm.layer(weights.tensor(name + ".weight"), weights.tensor(name + ".bias"), config.epsilon());
    }

    private static String at(int layer) {
        return "gpt_neox.layers." + layer + ".";
    }
}
