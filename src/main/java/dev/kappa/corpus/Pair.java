package dev.kappa.corpus;

/**
 * Two prefixes of equal length that differ in what the answer depends on (feature-circuits format).
 *
 * @param index its place in the file, which keys random draws about it
 * @param clean token ids of the clean prefix
 * @param patch token ids of the patch prefix
 * @param cleanAnswer the single token that continues the clean prefix
 * @param patchAnswer the single token that continues the patch prefix
 * @param kind what the file calls the case, such as {@code singular}
 * @param firstCounted the first position that enters statistics, as in {@link Sequence}
 */
public record Pair(
        long index, int[] clean, int[] patch, int cleanAnswer, int patchAnswer, String kind, int firstCounted) {
    /** Prefixes without a start token. */
    public Pair(long index, int[] clean, int[] patch, int cleanAnswer, int patchAnswer, String kind) {
        this(index, clean, patch, cleanAnswer, patchAnswer, kind, 0);
    }

    public Sequence cleanSequence() {
        return new Sequence(index, clean, firstCounted);
    }

    public Sequence patchSequence() {
        return new Sequence(index, patch, firstCounted);
    }
}
