package dev.kappa.lm;

import ai.djl.ndarray.NDArray;

/**
 * A decoder-only transformer on a device: immutable, shared, with the pass cut at the seams that
 * experiments need. {@code logits(blocks(embed(tokens)))} is the whole pass; results attach to the scope
 * of the first argument.
 */
public interface LanguageModel extends AutoCloseable {
    Architecture architecture();

    /** Token ids [batch, position] (i64) to what enters block 0, [batch, position, d_model]. */
    NDArray embed(NDArray tokens, Hooks hooks);

    /**
     * The residual stream through blocks {@code from} (inclusive) to {@code to} (exclusive): the prefix, the
     * suffix, or all. [batch, position, d_model] to the same; positions count from 0.
     */
    default NDArray blocks(NDArray residual, int from, int to, Hooks hooks) {
        return blocks(residual, from, to, hooks, Span.whole());
    }

    /** The same from position {@code span.start()} on, to the residuals from {@code span.read()} on. */
    NDArray blocks(NDArray residual, int from, int to, Hooks hooks, Span span);

    /** Final norm and unembedding of residuals [..., d_model] to logits [..., vocabulary]. */
    NDArray logits(NDArray residual);

    /** The whole pass: token ids [batch, position] to logits [batch, position, vocabulary]. */
    default NDArray forward(NDArray tokens, Hooks hooks) {
        return logits(blocks(embed(tokens, hooks), 0, architecture().layers(), hooks));
    }

    @Override
    void close();
}
