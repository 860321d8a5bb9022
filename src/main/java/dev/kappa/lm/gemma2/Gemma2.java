package dev.kappa.lm.gemma2;

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
 * Gemma 2: embeddings times √d, RMS norms with gain 1 + w before and after each half of a block, soft-caps on
 * attention scores and logits, a sliding window on every other layer.
 */
public final class Gemma2 implements Family {
    private final Gemma2Config config;

    public Gemma2(ConfigFile file) {
        this.config = Gemma2Config.read(file);
    }

    @Override
    public Architecture architecture() {
        return new Architecture(
                "gemma2",
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
                    .tensor(at + "pre_feedforward_layernorm.weight", d)
                    .linear(at + "mlp.gate_proj", config.mlpWidth(), d, false)
                    .linear(at + "mlp.up_proj", config.mlpWidth(), d, false)
                    .linear(at + "mlp.down_proj", d, config.mlpWidth(), false)
                    .tensor(at + "post_feedforward_layernorm.weight", d);
        }
        return table.tensor("model.norm.weight", d)
                .ignoring("model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");
    }

    @Override
    public Parts assemble(Weights weights) {
        NDArray embedding = weights.tensor("model.embed_tokens.weight");
        NDArray epsilon = weights.number(config.epsilon());
        NDArray attentionCap = weights.number(config.attentionCap());
        NDArray logitCap = weights.number(config.logitCap());
        return new Parts(
                embedding,
                weights.number(Math.sqrt(config.dModel())), // exact here: rounded to bf16 only in bf16 models
                new PositionTables(
                        weights.scope(),
                        config.rope(),
                        config.headDim(),
                        config.scale() / config.attentionCap().orElse(1),
                        config.window(),
                        config.context()),
                IntStream.range(0, config.layers())
                        .mapToObj(layer -> block(weights, layer, epsilon, attentionCap))
                        .toList(),
                Norm.rms(gain(weights, "model.norm", config.logitCap().orElse(1)), epsilon),
                new Linear(config.tied() ? embedding : weights.tensor("lm_head.weight"), null),
                logitCap);
    }

    private Block block(Weights weights, int layer, NDArray epsilon, NDArray attentionCap) {
        String at = at(layer);
        return new Block(
                false,
                Norm.rms(gain(weights, at + "input_layernorm", 1), epsilon),
                new Attention(
                        Projections.separate(
                                weights.linear(at + "self_attn.q_proj", config.attentionBias()),
                                weights.linear(at + "self_attn.k_proj", config.attentionBias()),
                                weights.linear(at + "self_attn.v_proj", config.attentionBias()),
                                config.headDim()),
                        weights.linear(at + "self_attn.o_proj", config.attentionBias()),
                        config.heads(),
                        config.keyValueHeads(),
                        attentionCap,
                        config.windowed().get(layer)),
                Norm.rms(gain(weights, at + "post_attention_layernorm", 1), epsilon),
                Norm.rms(gain(weights, at + "pre_feedforward_layernorm", 1), epsilon),
                Mlp.gated(
                        weights.linear(at + "mlp.gate_proj", false),
                        weights.linear(at + "mlp.up_proj", false),
                        config.activation(),
                        weights.linear(at + "mlp.down_proj", false)),
                Norm.rms(gain(weights, at + "post_feedforward_layernorm", 1), epsilon));
    }

    /** (1 + w) / cap. */
    private static NDArray gain(Weights weights, String norm, double cap) {
        NDArray w = weights.tensor(norm + ".weight");
        return w.add(weights.number(1)).div(weights.number(cap));
    }

    private static String at(int layer) {
        return "model.layers." + layer + ".";
    }
}
