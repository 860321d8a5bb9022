package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.HookPoint.Site;
import dev.kappa.lm.KeyValues;

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

    /** [b, t, d] to [b, n, d] at the n positions read; queries see s positions, of which t are the pass's own. */
    NDArray apply(NDArray x, Positions positions, Step step, int layer) {
        Projections.Heads projected = projections.apply(x);
        NDArray q = positions.rotateQueries(positions.read(projected.queries())); //   [b·H, n, c]
        NDArray k = positions.rotateKeys(projected.keys()); //                         [b·K, t, c]
        KeyValues seen = positions.seen().at(layer, new KeyValues(k, projected.values()));
        k = step.own(seen.keys()); //                                                  [b·K, s, c]
        NDArray v = step.own(seen.values()); //                                        [b·K, s, c]
        long b = x.getShape().get(0);
        long n = q.getShape().get(1);
        long s = v.getShape().get(1);
        long c = v.getShape().get(2);

        q = q.reshape(b * keyValueHeads, -1, c); //                                    [b·K, H/K·n, c]
        NDArray scores = q.batchMatMul(k.transpose(0, 2, 1)); //                       [b·K, H/K·n, s]
        if (softCap != null) {
            scores = scores.tanh().mul(softCap);
        }
        scores = scores.reshape(b * heads, n, s).add(windowed ? positions.windowed() : positions.causal());
        NDArray pattern = scores.softmax(-1); //                                       [b·H, n, s]

        pattern = pattern.reshape(b * keyValueHeads, -1, s); //                        [b·K, H/K·n, s]
        NDArray z = pattern.batchMatMul(v) //                                          [b·K, H/K·n, c]
                .reshape(b, heads, n, c)
                .transpose(0, 2, 1, 3)
                .reshape(b, n, heads * c); //                                          [b, n, H·c]
        return output.apply(step.at(Site.Z, layer, z)); //                             [b, n, d]
    }
}
