package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.corpus.Sequence;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/** Sequences of one length that go through the model together. */
public record Batch(List<Sequence> sequences) {
    /** Cuts sequences, in their order, into batches of at most {@code size} of one length. */
    public static List<Batch> cut(List<Sequence> sequences, int size) {
        List<Batch> batches = new ArrayList<>();
        int from = 0;
        while (from < sequences.size()) {
            int to = from;
            int length = sequences.get(from).tokens().length;
            while (to < sequences.size()
                    && to - from < size
                    && sequences.get(to).tokens().length == length) {
                to++;
            }
            batches.add(new Batch(sequences.subList(from, to)));
            from = to;
        }
        return batches;
    }

    public int size() {
        return sequences.size();
    }

    /** Tokens in each sequence. */
    public int length() {
        return sequences.get(0).tokens().length;
    }

    /** The first position that enters statistics. */
    public int firstCounted() {
        return sequences.get(0).firstCounted();
    }

    /** Positions of each sequence that enter statistics. */
    public int counted() {
        return length() - firstCounted();
    }

    /** Token ids, i64 [batch, position]. */
    public NDArray tokens(Scope scope) {
        long[] ids = new long[size() * length()];
        for (int s = 0; s < size(); s++) {
            int[] tokens = sequences.get(s).tokens();
            for (int t = 0; t < tokens.length; t++) {
                ids[s * tokens.length + t] = tokens[t];
            }
        }
        return Tensors.of(scope, ids, size(), length());
    }

    /** The counted positions of an array [batch, position, d], as rows [batch · counted, d]. */
    public NDArray countedRows(NDArray array) {
        NDArray counted = firstCounted() == 0 ? array : array.get(":, " + firstCounted() + ":");
        return Tensors.flat(counted);
    }
}
