package dev.kappa.stats;

/**
 * An interval of confidence.
 *
 * @param low lower end
 * @param high upper end
 * @param level nominal coverage, such as 0.95
 * @param method how it was found: {@code jackknife}, {@code bootstrap_blocks}, …
 * @param resamples how many resamples or left-out values it rests on
 */
public record Interval(double low, double high, double level, String method, int resamples) {}
