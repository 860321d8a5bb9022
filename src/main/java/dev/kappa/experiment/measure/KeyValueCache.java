package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import dev.kappa.lm.KeyValues;
import dev.kappa.lm.Span;
import dev.kappa.tensor.Scope;
import java.util.HashMap;
import java.util.Map;

/**
 * Keys and values of one pass of a batch, block by block: a pass of changed copies begins where the first of their
 * changes is, and reads here what is before.
 */
final class KeyValueCache {
    private final Scope scope;
    private final int batch;
    private final Map<Integer, KeyValues> blocks = new HashMap<>();

    /** What is kept lives in {@code scope}. */
    KeyValueCache(Scope scope, int batch) {
        this.scope = scope;
        this.batch = batch;
    }

    /** The pass that fills this cache. */
    Span filling(int read) {
        return new Span(0, read, (layer, own) -> {
            blocks.put(layer, new KeyValues(kept(own.keys()), kept(own.values())));
            return own;
        });
    }

    private NDArray kept(NDArray own) {
        return scope.keep(own.duplicate());
    }

    /**
     * A pass of the positions from {@code start} on.
     *
     * @param copies which of the batch's sequences each is of
     */
    Span from(int start, int read, int[] copies) {
        return new Span(
                start,
                read,
                (layer, own) -> start == 0
                        ? own
                        : new KeyValues(
                                after(blocks.get(layer).keys(), start, copies, own.keys()),
                                after(blocks.get(layer).values(), start, copies, own.values())));
    }

    /** The first positions of each copy and then its own, [copy · head, position, c] in the scope of its own. */
    private NDArray after(NDArray whole, int start, int[] copies, NDArray own) {
        try (Scope inner = Scope.within(own)) {
            long heads = whole.getShape().get(0) / batch;
            long width = whole.getShape().get(2);
            NDArray first = inner.keep(whole.get(new NDIndex(":, :{}", start)));
            NDArray earlier = Suffix.copies(inner, first.reshape(batch, heads * start, width), copies)
                    .reshape(copies.length * heads, start, width);
            NDArray joined = NDArrays.concat(new NDList(earlier, own), 1);
            joined.attach(own.getManager());
            return joined;
        }
    }
}
