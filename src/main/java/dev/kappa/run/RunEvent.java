package dev.kappa.run;

/**
 * Something that happened to a run.
 *
 * @param seq from 1, without gaps, within the run
 * @param type {@code state}, {@code progress}, {@code metric}, {@code log} or {@code end}
 * @param data JSON on one line
 */
public record RunEvent(long seq, String type, String data) {
    /** Nothing follows it. */
    public static final String END = "end";
}
