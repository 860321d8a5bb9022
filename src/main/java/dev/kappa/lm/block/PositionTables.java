package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.lm.Span;
import dev.kappa.tensor.Scope;

/**
 * Rotations and masks of one model, built once for the longest sequence seen (rounded up to a power of two)
 * and viewed for shorter ones. All of it is in libtorch's own memory, because recorded graphs read it.
 */
public final class PositionTables {
    private static final int SHORTEST = 64;

    private final NDManager model;
    private final float[] inverseFrequencies;
    private final int headDim;
    private final double queryScale;
    private final int window;
    private final int context;
    private final NDArray turn;

    private NDManager tables;
    private Positions all;
    private int length;

    /**
     * @param scope the model's
     * @param queryScale factor of every attention score, folded into the queries' rotation
     * @param window how many keys a windowed layer's query sees, its own included
     * @param context the longest sequence
     */
    public PositionTables(Scope scope, Rope rope, int headDim, double queryScale, int window, int context) {
        this.model = scope.manager();
        this.inverseFrequencies = rope.inverseFrequencies(headDim);
        this.headDim = headDim;
        this.queryScale = queryScale;
        this.window = window;
        this.context = context;
        this.turn = array(model, quarterTurn(inverseFrequencies.length, headDim), headDim);
    }

    /** A span of sequences of {@code s} positions; the views belong to {@code owner}. */
    synchronized Positions of(Span span, int s, NDManager owner) {
        if (s > length) {
            build(Math.min(context, Math.max(SHORTEST, Integer.highestOneBit(2 * s - 1))));
        }
        NDIndex queries = new NDIndex().addSliceDim(span.read(), s);
        NDIndex keys = new NDIndex().addSliceDim(span.start(), s);
        NDIndex pairs = new NDIndex().addSliceDim(span.read(), s).addSliceDim(0, s);
        return new Positions(
                all.queryCos().get(owner, queries),
                all.querySin().get(owner, queries),
                all.keyCos().get(owner, keys),
                all.keySin().get(owner, keys),
                turn,
                all.causal().get(owner, pairs),
                all.windowed().get(owner, pairs),
                span.seen());
    }

    private void build(int positions) {
        if (tables != null) {
            tables.close(); // views of the old tables keep their memory
        }
        tables = model.newSubManager();
        length = positions;
        all = new Positions(
                array(tables, rotation(positions, queryScale, true), headDim),
                array(tables, rotation(positions, queryScale, false), headDim),
                array(tables, rotation(positions, 1, true), headDim),
                array(tables, rotation(positions, 1, false), headDim),
                turn,
                mask(positions, positions),
                mask(positions, window),
                Span.whole().seen());
    }

    /** 0 where a query (row) sees a key (column), −∞ elsewhere. */
    private NDArray mask(int positions, int seen) {
        try (NDManager work = tables.newSubManager()) {
            NDArray query = work.arange(0, positions, 1, DataType.INT32).reshape(positions, 1);
            NDArray key = query.reshape(1, positions);
            NDArray visible = key.lte(query).logicalAnd(key.gt(query.sub(seen)));
            NDArray mask = NDArrays.where(
                    visible,
                    work.zeros(visible.getShape()),
                    work.full(visible.getShape(), Float.NEGATIVE_INFINITY));
            mask.attach(tables);
            return mask;
        }
    }

    /** Cosines or sines of position · frequency, the pairs' first halves and then their second halves. */
    private float[] rotation(int positions, double scale, boolean cosine) {
        int pairs = inverseFrequencies.length;
        float[] table = new float[positions * headDim];
        for (int position = 0; position < positions; position++) {
            for (int c = 0; c < headDim; c++) {
                float angle = c < 2 * pairs ? position * inverseFrequencies[c % pairs] : 0;
                table[position * headDim + c] = (float) (scale * (float) (cosine ? Math.cos(angle) : Math.sin(angle)));
            }
        }
        return table;
    }

    private static float[] quarterTurn(int pairs, int headDim) {
        float[] turn = new float[headDim * headDim];
        for (int pair = 0; pair < pairs; pair++) {
            turn[(pair + pairs) * headDim + pair] = -1;
            turn[pair * headDim + pair + pairs] = 1;
        }
        return turn;
    }

    /** Rows of {@code width} numbers, copied out of Java memory. */
    private static NDArray array(NDManager manager, float[] numbers, int width) {
        try (NDArray borrowed = manager.create(numbers, new Shape(numbers.length / width, width))) {
            return borrowed.duplicate();
        }
    }
}
