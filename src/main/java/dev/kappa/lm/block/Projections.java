package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;

/** How queries, keys and values are made from a block's input. */
public interface Projections {
    /** [b, t, d] to queries [b·H, t, c], keys and values [b·K, t, c]. */
    Heads apply(NDArray x);

    /** Batch and heads are one dimension, as the batched matrix product wants them. */
    record Heads(NDArray queries, NDArray keys, NDArray values) {}

    /** One weight for all three; its rows go head by head, and within a head query, key, value. */
    static Projections interleaved(Linear queryKeyValue, int heads, int headDim) {
        return x -> {
            long b = x.getShape().get(0);
            long t = x.getShape().get(1);
            NDArray all = queryKeyValue.apply(x) //           [b, t, H·3·c]
                    .reshape(b, t, heads, 3, headDim) //      [b, t, H, 3, c]
                    .transpose(3, 0, 2, 1, 4) //              [3, b, H, t, c]
                    .reshape(3, b * heads, t, headDim); //    [3, b·H, t, c]
            return new Heads(all.get(0), all.get(1), all.get(2));
        };
    }

    /** A weight for each. */
    static Projections separate(Linear query, Linear key, Linear value, int headDim) {
        return x -> new Heads(
                byHead(query.apply(x), headDim), byHead(key.apply(x), headDim), byHead(value.apply(x), headDim));
    }

    private static NDArray byHead(NDArray flat, int headDim) { //       [b, t, H·c]
        long b = flat.getShape().get(0);
        long t = flat.getShape().get(1);
        long heads = flat.getShape().get(2) / headDim;
        return flat.reshape(b, t, heads, headDim).transpose(0, 2, 1, 3).reshape(b * heads, t, headDim);
    }
}
