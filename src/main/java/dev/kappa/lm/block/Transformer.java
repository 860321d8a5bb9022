package dev.kappa.lm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import dev.kappa.fault.Fault;
import dev.kappa.lm.Architecture;
import dev.kappa.lm.HookPoint.Site;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.Span;

/** The pass of every family. */
public final class Transformer implements LanguageModel {
    private final Architecture architecture;
    private final Parts parts;
    private final Runnable release;

    /** @param release frees the weights */
    public Transformer(Architecture architecture, Parts parts, Runnable release) {
        this.architecture = architecture;
        this.parts = parts;
        this.release = release;
    }

    @Override
    public Architecture architecture() {
        return architecture;
    }

    @Override
    public NDArray embed(NDArray tokens, Hooks hooks) {
        checkTokens(tokens);
        try (Step step = new Step(tokens.getManager(), hooks)) {
            NDArray ids = step.borrow(tokens); //                                         [b, t]
            NDArray h = ids.getNDArrayInternal()
                    .embedding(ids, parts.embedding(), SparseFormat.DENSE)
                    .singletonOrThrow(); //                                               [b, t, d]
            if (parts.embeddingScale() != null) {
                h = h.mul(parts.embeddingScale());
            }
            return step.result(step.at(Site.EMBED, 0, h));
        }
    }

    @Override
    public NDArray blocks(NDArray residual, int from, int to, Hooks hooks, Span span) {
        checkResidual(residual, from, to, span);
        int end = span.start() + (int) residual.getShape().get(1);
        NDManager home = residual.getManager();
        try (NDManager pass = home.newSubManager()) {
            Positions read = parts.positions().of(span, end, pass);
            Positions all =
                    span.read() == span.start() ? read : parts.positions().of(span.all(), end, pass);
            NDArray h = from < to ? residual : read.read(residual); //                    [b, t, d]
            for (int layer = from; layer < to; layer++) {
                boolean last = layer == to - 1;
                Positions positions = last && !hooks.inside(layer) ? read : all;
                try (Step step = new Step(home, hooks)) {
                    NDArray entering = h == residual ? step.borrow(h) : step.own(h);
                    h = parts.blocks().get(layer).forward(entering, positions, step, layer);
                    h = step.result(last ? read.read(h) : h);
                }
            }
            return h;
        }
    }

    @Override
    public NDArray logits(NDArray residual) {
        try (Step step = new Step(residual.getManager(), Hooks.none())) {
            NDArray h = parts.finalNorm().apply(step.borrow(residual)); //                [..., d]
            NDArray logits = parts.unembedding().apply(h); //                             [..., v]
            if (parts.softCap() != null) {
                logits = logits.tanh().mul(parts.softCap());
            }
            return step.result(logits);
        }
    }

    @Override
    public void close() {
        release.run();
    }

    /** Ids outside the table would be read out of bounds by native code. */
    private void checkTokens(NDArray tokens) {
        if (tokens.getDataType() != DataType.INT64 || tokens.getShape().dimension() != 2) {
            throw Fault.internal(
                    "tokens_misshaped",
                    "tokens are " + tokens.getDataType() + tokens.getShape() + ", wanted INT64 [batch, position]",
                    null);
        }
        checkLength(tokens.getShape().get(1));
        for (long id : tokens.toLongArray()) {
            if (id < 0 || id >= architecture.vocabulary()) {
                throw Fault.user(
                        "token_unknown",
                        "token id " + id + " is outside the vocabulary, 0 to " + (architecture.vocabulary() - 1));
            }
        }
    }

    private void checkResidual(NDArray residual, int from, int to, Span span) {
        Shape shape = residual.getShape();
        if (shape.dimension() != 3 || shape.get(2) != architecture.dModel()) {
            throw Fault.internal(
                    "residual_misshaped",
                    "the residual stream is " + shape + ", wanted [batch, position, " + architecture.dModel() + "]",
                    null);
        }
        if (from < 0 || from > to || to > architecture.layers()) {
            throw Fault.internal(
                    "blocks_out_of_range",
                    "blocks " + from + " to " + to + " of " + architecture.layers() + " do not exist",
                    null);
        }
        if (span.start() < 0 || span.read() < span.start() || span.read() >= span.start() + shape.get(1)) {
            throw Fault.internal(
                    "span_out_of_range",
                    "positions from " + span.read() + " on are not among the " + shape.get(1) + " from " + span.start(),
                    null);
        }
        checkLength(span.start() + shape.get(1));
    }

    private void checkLength(long positions) {
        if (positions < 1 || positions > architecture.contextLength()) {
            throw Fault.user(
                    "sequence_length",
                    "a sequence of " + positions + " tokens was given; the model takes 1 to "
                            + architecture.contextLength());
        }
    }
}
