package dev.kappa.lm.llama;

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

/** Llama: RMS norms, heads that share keys and values, rotation of whole heads, a gated MLP. */
public final class Llama implements Family {
    private final LlamaConfig config;

    public Llama(ConfigFile file) {
        this.config = LlamaConfig.read(file);
    }

    @Override
    public Architecture architecture() {
        return new Architecture(
                "llama",
                config.layers(),
                config.dModel(),
                config.heads() * config.headDim(),
                config.vocabulary(),
                config.context(),
                tensors().bytes());
    }

    @Override
    public TensorTable tensors() {
        long d = config.dModel();
        long queries = (long) config.heads() * config.headDim();
        long keys = (long) config.keyValueHeads() * config.headDim();
        TensorTable table = new TensorTable()
                .embeddings("model.embed_tokens.weight", "lm_head.weight", config.tied(), config.vocabulary(), d);
        for (int layer = 0; layer < config.layers(); layer++) {
            String at = at(layer);
            table.tensor(at + "input_layernorm.weight", d)
                    .linear(at + "self_attn.q_proj", queries, d, config.attentionBias())
                    .linear(at + "self_attn.k_proj", keys, d, config.attentionBias())
                    .linear(at + "self_attn.v_proj", keys, d, config.attentionBias())
                    .linear(at + "self_attn.o_proj", d, queries, config.attentionBias())
                    .tensor(at + "post_attention_layernorm.weight", d)
                    .linear(at + "mlp.gate_proj", config.mlpWidth(), d, config.mlpBias())
                    .linear(at + "mlp.up_proj", config.mlpWidth(), d, config.mlpBias())
                    .linear(at + "mlp.down_proj", d, config.mlpWidth(), config.mlpBias());
        }
        return table.tensor("model.norm.weight", d)
                .ignoring("model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");
    }

    @Override
    public Parts assemble(Weights weights) {
        NDArray embedding = weights.tensor("model.embed_tokens.weight");
        NDArray epsilon = weights.number(config.epsilon());
        double scale = 1 / Math.sqrt(config.headDim());
        return new Parts(
                embedding,
                null,
                new PositionTables(
                        weights.scope(), config.rope(), config.headDim(), scale, config.context(), config.context()),
                IntStream.range(0, config.layers()).mapToObj(layer -> block(weights, at(layer), epsilon)).toList(),
                Norm.rms(weights.tensor("model.norm.weight"), epsilon),
                new Linear(config.tied() ? embedding : weights.tensor("lm_head.weight"), null),
                null);
    }

    private Block block(Weights weights, String at, NDArray epsilon) {
        return new Block(
                false,
                Norm.rms(weights.tensor(at + "input_layernorm.weight"), epsilon),
                new Attention(
                        Projections.separate(
                                weights.linear(at + "self_attn.q_proj", config.attentionBias()),
                                weights.linear(at + "self_attn.k_proj", config.attentionBias()),
                                weights.linear(at + "self_attn.v_proj", config.attentionBias()),
                                config.headDim()),
                        weights.linear(at + "self_attn.o_proj", config.attentionBias()),
                        config.heads(),
                        config.keyValueHeads(),
                        null,
                        false),
                Norm.none(),
                Norm.rms(weights.tensor(at + "post_attention_layernorm.weight"), epsilon),
                Mlp.gated(
                        weights.linear(at + "mlp.gate_proj", config.mlpBias()),
                        weights.linear(at + "mlp.up_proj", config.mlpBias()),
                        config.activation(),
                        weights.linear(at + "mlp.down_proj", config.mlpBias())),
                Norm.none());
    }

    private static String at(int layer) {
        return "model.layers." + layer + ".";
    }
}
