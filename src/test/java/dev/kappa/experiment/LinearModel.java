package dev.kappa.experiment;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.SparseFormat;
import dev.kappa.lm.Architecture;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.KeyValues;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.Span;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.Random;

/**
 * A model without a nonlinearity: each block adds what the position before had. All numbers are small integers, so
 * that f32 arithmetic is exact and what must be equal is equal to the last digit.
 */
public final class LinearModel implements LanguageModel {
    public static final int D = 8;
    public static final int VOCABULARY = 20;
    private static final int LAYERS = 3;

    private final Scope scope = Scope.open(Device.cpu());
    private final NDArray embedding;
    private final NDArray unembedding;

    public LinearModel(long seed) {
        Random random = new Random(seed);
        embedding = Tensors.of(scope, integers(random, VOCABULARY * D), VOCABULARY, D);
        unembedding = Tensors.of(scope, integers(random, VOCABULARY * D), D, VOCABULARY);
    }

    /** Integers from −2 to 2. */
    public static float[] integers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextInt(5) - 2;
        }
        return numbers;
    }

    @Override
    public Architecture architecture() {
        return new Architecture("linear", LAYERS, D, D, VOCABULARY, 32, 4L * 2 * VOCABULARY * D);
    }

    @Override
    public NDArray embed(NDArray tokens, Hooks hooks) {
        return hooks.at(
                HookPoint.parse("hook_embed"),
                tokens.getNDArrayInternal().embedding(tokens, embedding, SparseFormat.DENSE).singletonOrThrow());
    }

    @Override
    public NDArray blocks(NDArray residual, int from, int to, Hooks hooks, Span span) {
        long own = residual.getShape().get(1);
        NDArray h = residual;
        for (int layer = from; layer < to; layer++) {
            h = hooks.at(new HookPoint(HookPoint.Site.RESID_PRE, layer), h);
            NDArray seen = span.seen().at(layer, new KeyValues(h, h)).values();
            NDArray none = seen.get(":, 0:1").zerosLike();
            NDArray before = NDArrays.concat(new NDList(none, seen.get(":, :-1")), 1);
            h = hooks.at(HookPoint.residPost(layer), h.add(before.get(":, -" + own + ":")));
        }
        return h.get(":, " + (span.read() - span.start()) + ":");
    }

    @Override
    public NDArray logits(NDArray residual) {
        return residual.matMul(unembedding);
    }

    @Override
    public void close() {
        scope.close();
    }
}
