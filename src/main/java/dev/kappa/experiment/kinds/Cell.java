package dev.kappa.experiment.kinds;

import java.util.Locale;

/** Which halves of a dictionary are the trained ones. */
enum Cell {
    TRAINED("trained", "trained", "raw"),
    RANDOM_DECODER("trained", "random", "raw"),
    RANDOM_ENCODER("random", "trained", "raw"),
    RANDOM_BOTH("random", "random", "raw"),
    MATCHED_ENCODER("random", "trained", "l0_matched"),
    MATCHED_BOTH("random", "random", "l0_matched");

    private final String encoder;
    private final String decoder;
    private final String variant;

    Cell(String encoder, String decoder, String variant) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.variant = variant;
    }

    String encoder() {
        return encoder;
    }

    String decoder() {
        return decoder;
    }

    String variant() {
        return variant;
    }

    /** The name of its sums in a tally. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isMatched() {
        return this == MATCHED_ENCODER || this == MATCHED_BOTH;
    }
}
