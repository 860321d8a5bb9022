package dev.kappa.corpus;

import dev.kappa.fault.Fault;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import dev.kappa.weights.TensorInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Ready sequences in a safetensors file: one tensor {@code tokens} [sequences, length] of I64 or I32 with token
 * ids, the start token included where the model has one. Samples of a model are kept like this. A run takes
 * the first tokens of each row, as many as it asks for; a sequence's index is its row.
 */
final class TokenRows {
    static final String TENSOR = "tokens";
    /** A row file is read as a whole. */
    static final long MOST_IDS = 1L << 27;

    private final Path file;
    private final int rows;
    private final int width;
    private final long[] ids;

    private TokenRows(Path file, int rows, int width, long[] ids) {
        this.file = file;
        this.rows = rows;
        this.width = width;
        this.ids = ids;
    }

    static TokenRows open(Path file) {
        try (TensorFile tensors = TensorFiles.open(file)) {
            TensorInfo info = tensors.info(TENSOR);
            List<Long> shape = info.shape();
            if (shape.size() != 2 || shape.get(1) < 1 || info.type().isFloating()) {
                throw malformed(
                        file, "'tokens' is " + info.type() + " " + shape + ", not integers [sequences, length]");
            }
            if (info.elements() > MOST_IDS) {
                throw malformed(file, "'tokens' has " + info.elements() + " ids, more than " + MOST_IDS);
            }
            long[] ids = tensors.longs(TENSOR);
            return new TokenRows(file, shape.get(0).intValue(), shape.get(1).intValue(), ids);
        }
    }

    int rows() {
        return rows;
    }

    int width() {
        return width;
    }

    /** The rows of these numbers, each cut to {@code length}. */
    Sequence[] read(long[] numbers, int length, Encoding encoding) {
        return Arrays.stream(numbers)
                .mapToObj(row -> {
                    int[] tokens = tokens((int) row, length, encoding.vocabulary());
                    boolean starts = encoding.start().isPresent() && encoding.start().getAsInt() == tokens[0];
                    return new Sequence(row, tokens, starts ? 1 : 0);
                })
                .toArray(Sequence[]::new);
    }

    private int[] tokens(int row, int length, int vocabulary) {
        int[] tokens = new int[length];
        for (int i = 0; i < length; i++) {
            long id = ids[row * width + i];
            if (id < 0 || id >= vocabulary) {
                throw malformed(
                        file,
                        "token id " + id + " of sequence " + row + " is outside the model's vocabulary of "
                                + vocabulary);
            }
            tokens[i] = (int) id;
        }
        return tokens;
    }

    private static Fault malformed(Path file, String what) {
        return Fault.user("corpus_malformed", "corpus file '" + file + "': " + what);
    }
}
