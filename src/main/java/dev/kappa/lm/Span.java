package dev.kappa.lm;

/**
 * Which positions a pass computes. It may begin in the middle of its sequences, where another pass knows the keys
 * and values of what is before; and its last block may leave out positions that nobody reads.
 *
 * @param start position of the first residual that is given
 * @param read position of the first residual that is wanted, {@code start} or later
 * @param seen what the queries of each block see
 */
public record Span(int start, int read, Seen seen) {
    private static final Span WHOLE = readFrom(0);

    /** Keys and values that a block's queries see, in order of position. */
    public interface Seen {
        /**
         * Called in each block.
         *
         * @param own of the positions that the pass computes
         * @return those of the earlier positions and then the pass's own; the pass frees them
         */
        KeyValues at(int layer, KeyValues own);
    }

    /** All positions. */
    public static Span whole() {
        return WHOLE;
    }

    /** The same, with every position that it computes wanted. */
    public Span all() {
        return new Span(start, start, seen);
    }

    /** All positions, of which those from {@code read} on are wanted. */
    public static Span readFrom(int read) {
        return new Span(0, read, (layer, own) -> own);
    }
}
