package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.Sequence;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The scalars that experiments differentiate. */
public final class Objectives {
    private Objectives() {}

    /** Σ over positions of the cross-entropy of the true next token, in nats. */
    public static Objective nextTokenLoss(Batch batch) {
        int length = batch.length();
        int[] rows = IntStream.range(0, batch.size() * length)
                .filter(row -> row % length < length - 1)
                .toArray();
        long[] labels = Arrays.stream(rows)
                .mapToLong(row -> batch.sequences().get(row / length).tokens()[row % length + 1])
                .toArray();
        return new CrossEntropy(rows, labels);
    }

    /**
     * Σ over positions of the cross-entropy of a label that is drawn from the model's own prediction there:
     * its gradients are samples whose mean outer product is the Fisher geometry diag(p) − ppᵀ pulled back.
     */
    public static Objective fisherProbe(Batch batch, long seed, int probe) {
        int[] rows = allRows(batch);
        float[] uniforms = new float[rows.length];
        for (int s = 0; s < batch.size(); s++) {
            SplittableRandom random = Draws.of(seed, batch.sequences().get(s).index(), "fisher probe " + probe);
            for (int t = 0; t < batch.length(); t++) {
                uniforms[s * batch.length() + t] = (float) random.nextDouble();
            }
        }
        return new SampledCrossEntropy(rows, uniforms);
    }

    /**
     * Σ over positions of ⟨u, logits⟩ with u of independent random signs, centred over the vocabulary: the
     * second moments of a centred normal probe with less variance. Pulls back I − 11ᵀ/V.
     */
    public static Objective logitProbe(Batch batch, long seed, int probe) {
        return new RandomSigns(batch, allRows(batch), seed, probe);
    }

    /** Σ over pairs of logit(clean answer) − logit(patch answer) at the last position. */
    public static Objective logitDifference(List<Pair> pairs, int length) {
        return new Answers(
                lastRows(pairs.size(), length),
                pairs.stream().mapToLong(Pair::cleanAnswer).toArray(),
                pairs.stream().mapToLong(Pair::patchAnswer).toArray());
    }

    /** Σ over pairs of the log-probability of the clean answer at the last position, in nats. */
    public static Objective targetLogprob(List<Pair> pairs, int length) {
        return new Negated(new CrossEntropy(
                lastRows(pairs.size(), length),
                pairs.stream().mapToLong(Pair::cleanAnswer).toArray()));
    }

    private static int[] allRows(Batch batch) {
        return IntStream.range(0, batch.size() * batch.length()).toArray();
    }

    private static int[] lastRows(int sequences, int length) {
        return IntStream.range(0, sequences).map(s -> s * length + length - 1).toArray();
    }

    private static long[] pick(long[] from, int[] places) {
        return Arrays.stream(places).mapToLong(place -> from[place]).toArray();
    }

    private static NDArray crossEntropy(NDArray logits, long[] labels, Scope scope) {
        NDArray index = Tensors.of(scope, labels, labels.length, 1);
        return logits.logSoftmax(-1).gather(index, 1).reshape(-1).neg();
    }

    private record CrossEntropy(int[] rows, long[] labels) implements Objective {
        @Override
        public NDArray terms(NDArray logits, int[] of, Scope scope) {
            return crossEntropy(logits, pick(labels, of), scope);
        }
    }

    /** Draws the labels by inverting the cumulative distribution at one uniform number a row. */
    private record SampledCrossEntropy(int[] rows, float[] uniforms) implements Objective {
        @Override
        public NDArray terms(NDArray logits, int[] of, Scope scope) {
            return crossEntropy(logits, labels(logits, of, scope), scope);
        }

        private long[] labels(NDArray logits, int[] of, Scope scope) {
            try (Scope inner = scope.child()) {
                long last = logits.getShape().get(1) - 1;
                NDArray values = inner.keep(logits.stopGradient());
                float[] drawn = new float[of.length];
                for (int i = 0; i < of.length; i++) {
                    drawn[i] = uniforms[of[i]];
                }
                NDArray below = Tensors.of(inner, drawn, of.length, 1);
                NDArray cumulative = values.softmax(-1).cumSum(1);
                float[] counts = cumulative.lte(below).toType(DataType.FLOAT32, false)
                        .sum(new int[] {1})
                        .toFloatArray();
                return IntStream.range(0, counts.length).mapToLong(i -> Math.min(last, (long) counts[i])).toArray();
            }
        }
    }

    private record RandomSigns(Batch batch, int[] rows, long seed, int probe) implements Objective {
        @Override
        public NDArray terms(NDArray logits, int[] of, Scope scope) {
            int vocabulary = (int) logits.getShape().get(1);
            float[] signs = new float[of.length * vocabulary];
            for (int i = 0; i < of.length; i++) {
                fill(signs, i * vocabulary, vocabulary, rows[of[i]]);
            }
            return logits.mul(Tensors.of(scope, signs, of.length, vocabulary)).sum(new int[] {1});
        }

        /** One row of centred signs, 64 signs to a drawn number. */
        private void fill(float[] signs, int offset, int vocabulary, int row) {
            Sequence sequence = batch.sequences().get(row / batch.length());
            SplittableRandom random =
                    Draws.of(seed, sequence.index(), "logit probe " + probe + " at " + row % batch.length());
            long bits = 0;
            float sum = 0;
            for (int v = 0; v < vocabulary; v++) {
                bits = v % 64 == 0 ? random.nextLong() : bits >>> 1;
                signs[offset + v] = (bits & 1) == 0 ? 1f : -1f;
                sum += signs[offset + v];
            }
            for (int v = 0; v < vocabulary; v++) {
                signs[offset + v] -= sum / vocabulary;
            }
        }
    }

    private record Answers(int[] rows, long[] plus, long[] minus) implements Objective {
        @Override
        public NDArray terms(NDArray logits, int[] of, Scope scope) {
            NDArray right = logits.gather(Tensors.of(scope, pick(plus, of), of.length, 1), 1);
            NDArray wrong = logits.gather(Tensors.of(scope, pick(minus, of), of.length, 1), 1);
            return right.sub(wrong).reshape(-1);
        }
    }

    private record Negated(Objective positive) implements Objective {
        @Override
        public int[] rows() {
            return positive.rows();
        }

        @Override
        public NDArray terms(NDArray logits, int[] of, Scope scope) {
            return positive.terms(logits, of, scope).neg();
        }
    }
}
