package dev.kappa.stats;

import java.util.function.DoubleUnaryOperator;

/**
 * A confidence interval as it is stored beside a value.
 *
 * @param low lower end; NaN when there is none, −∞ when unbounded
 * @param high upper end; NaN when there is none, +∞ when unbounded
 * @param level nominal coverage, for example 0.95
 * @param method how it was made, in {@code snake_case}
 * @param resamples how many resamples or leave-one-out values it rests on
 */
public record Interval(double low, double high, double level, String method, int resamples) {

    /** No interval could be made: both ends are NaN. */
    public static Interval none(double level, String method, int resamples) {
        return new Interval(Double.NaN, Double.NaN, level, method, resamples);
    }

    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    public double width() {
        return high - low;
    }

    /** Both ends carried through an increasing function, under another method's name. */
    Interval mapped(DoubleUnaryOperator increasing, String newMethod) {
        return new Interval(
                increasing.applyAsDouble(low), increasing.applyAsDouble(high), level, newMethod, resamples);
    }

    Interval named(String newMethod) {
        return new Interval(low, high, level, newMethod, resamples);
    }

    /** The part of this interval inside [least, most], for quantities that cannot lie outside. */
    public Interval clampedTo(double least, double most) {
        return new Interval(
                Math.min(Math.max(low, least), most), Math.min(Math.max(high, least), most), level, method, resamples);
    }
}
