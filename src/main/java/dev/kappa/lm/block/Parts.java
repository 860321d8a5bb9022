package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What a family puts together for {@link Transformer}.
 *
 * @param embedding [v, d]
 * @param embeddingScale factor of the embeddings, or null
 * @param finalNorm before the unembedding; where there is a soft-cap, it also divides by it
 * @param unembedding [v, d]
 * @param softCap cap of cap · tanh(logit / cap), or null
 */
public record Parts(
        NDArray embedding,
        NDArray embeddingScale,
        PositionTables positions,
        List<Block> blocks,
        Norm finalNorm,
        Linear unembedding,
        NDArray softCap) {}
