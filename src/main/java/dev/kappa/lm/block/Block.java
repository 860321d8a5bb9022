package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.HookPoint.Site;

/**
 * One block of the residual stream.
 *
 * @param parallel whether the MLP reads what the attention reads, rather than what it leaves
 * @param attentionNorm before the attention
 * @param attentionOutNorm on what the attention adds
 * @param mlpNorm before the MLP
 * @param mlpOutNorm on what the MLP adds
 */
public record Block(
        boolean parallel,
        Norm attentionNorm,
        Attention attention,
        Norm attentionOutNorm,
        Norm mlpNorm,
        Mlp mlp,
        Norm mlpOutNorm) {

    /** The residual stream [b, t, d] entering block {@code layer} to that leaving it at the n positions read. */
    NDArray forward(NDArray entering, Positions positions, Step step, int layer) {
        NDArray h = step.at(Site.RESID_PRE, layer, entering); //                         [b, t, d]

        NDArray a = attention.apply(attentionNorm.apply(h), positions, step, layer);
        a = step.at(Site.ATTN_OUT, layer, attentionOutNorm.apply(a)); //                 [b, n, d]
        h = positions.read(h); //                                                        [b, n, d]
        NDArray mid = h.add(a);

        NDArray m = mlp.apply(mlpNorm.apply(parallel ? h : mid));
        m = step.at(Site.MLP_OUT, layer, mlpOutNorm.apply(m)); //                        [b, n, d]
        return step.at(Site.RESID_POST, layer, mid.add(m));
    }
}
