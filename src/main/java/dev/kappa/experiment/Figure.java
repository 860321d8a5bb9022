package dev.kappa.experiment;

import dev.kappa.stats.Interval;
import java.util.List;

/**
 * A figure as data, not as a picture.
 *
 * @param name in the API, snake_case
 * @param lines reference values to draw across, such as a threshold
 */
public record Figure(String name, String title, Axis x, Axis y, List<Series> series, List<Line> lines) {
    /** @param scale {@code linear} or {@code log} */
    public record Axis(String label, String unit, String scale) {
        public static Axis linear(String label, String unit) {
            return new Axis(label, unit, "linear");
        }

        public static Axis log(String label, String unit) {
            return new Axis(label, unit, "log");
        }
    }

    /**
     * Points in order of x.
     *
     * @param style {@code line}, {@code points}, {@code line_points} or {@code bars}
     * @param low lower ends of the intervals of y; empty where there are none
     * @param high upper ends
     */
    public record Series(String label, String style, double[] x, double[] y, double[] low, double[] high) {
        public static Series of(String label, String style, double[] x, double[] y) {
            return new Series(label, style, x, y, new double[0], new double[0]);
        }

        /** @param intervals of y, one a point */
        public static Series of(String label, String style, double[] x, double[] y, List<Interval> intervals) {
            return new Series(
                    label,
                    style,
                    x,
                    y,
                    intervals.stream().mapToDouble(Interval::low).toArray(),
                    intervals.stream().mapToDouble(Interval::high).toArray());
        }
    }

    /** @param axis {@code x} or {@code y}: the axis on which {@code value} lies */
    public record Line(String label, String axis, double value) {}
}
