package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.HookPoint.Site;

/**
 * Causal self-attention; query head i reads key-value head ⌊i / (H/K)⌋.
 *
 * @param heads H
 * @param keyValueHeads K, a divisor of H
 * @param softCap cap of cap · tanh(score / cap), applied before the mask, or null; the division is part of
 *     the scale in {@link PositionTables}
 * @param windowed whether a query sees only the keys of the window
 */
public record Attention(
        Projections projections, Linear output, int heads, int keyValueHeads, NDArray softCap, boolean windowed) {

    /** [b, t, d] to the same. */
    NDArray apply(NDArray x, Positions positions, Step step, int layer) {
        long b = x.getShape().get(0);
        long t = x.getShape().get(1);
        Projections.Heads projected = projections.apply(x);
        NDArray q = positions.rotateQueries(projected.queries()); //        [b·H, t, c]
        NDArray k = positions.rotateKeys(projected.keys()); //              [b·K, t, c]
        NDArray v = projected.values(); //                                  [b·K, t, c]
        long c = v.getShape().get(2);

        q = q.reshape(b * keyValueHeads, -1, c); //                         [b·K, H/K·t, c]
        NDArray scores = q.batchMatMul(k.transpose(0, 2, 1)); //            [b·K, H/K·t, t]
        if (softCap != null) {
            scores = scores.tanh().mul(softCap);
        }
        scores = scores.reshape(b * heads, t, t).add(windowed ? positions.windowed() : positions.causal());
        NDArray pattern = scores.softmax(-1); //                            [b·H, t, t]

        pattern = pattern.reshape(b * keyValueHeads, -1, t); //             [b·K, H/K·t, t]
        NDArray z = pattern.batchMatMul(v) //                               [b·K, H/K·t, c]
                .reshape(b, heads, t, c)
                .transpose(0, 2, 1, 3)
                .reshape(b, t, heads * c); //                               [b, t, H·c]
        return output.apply(step.at(Site.Z, layer, z)); //                  [b, t, d]
    }
}
