package dev.kappa.figure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From values of an axis to a stretch of pixels. Values that a logarithmic axis cannot show, and those that
 * are not finite, have no place.
 */
record Scale(boolean log, double low, double high, double from, double to) {

    /** A scale that shows all values with a little room, over pixels {@code from} … {@code to}. */
    static Scale over(boolean log, double[] values, double from, double to) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value) && (!log || value > 0)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (low > high) {
            return new Scale(log, log ? 1 : 0, log ? 10 : 1, from, to);
        }
        if (log) {
            double room = low == high ? 2 : Math.pow(high / low, 0.04);
            return new Scale(true, low / room, high * room, from, to);
        }
        double room = low == high ? Math.max(1, Math.abs(low)) / 2 : (high - low) * 0.04;
        return new Scale(false, low - room, high + room, from, to);
    }

    boolean shows(double value) {
        return Double.isFinite(value) && (!log || value > 0);
    }

    /** The pixel of a value; values beyond the ends are moved to them. */
    double at(double value) {
        double share = log
                ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
                : (value - low) / (high - low);
        return from + Math.max(0, Math.min(1, share)) * (to - from);
    }

    /** Round values to label, about half a dozen. */
    List<Double> ticks() {
        return log && high / low > 8 ? powers() : steps();
    }

    private List<Double> powers() {
        int first = (int) Math.ceil(Math.log10(low));
        int last = (int) Math.floor(Math.log10(high));
        int stride = Math.max(1, (last - first) / 6 + ((last - first) % 6 > 0 ? 1 : 0));
        double[] between = last - first < 2 ? new double[] {1, 2, 5} : new double[] {1};
        List<Double> ticks = new ArrayList<>();
        for (int power = first - 1; power <= last; power++) {
            for (double digit : between) {
                double tick = digit * Math.pow(10, power);
                if (tick >= low && tick <= high && Math.floorMod(power - first, stride) == 0) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private List<Double> steps() {
        double rough = (high - low) / 6;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double digit = rough / power;
        double step = power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
        List<Double> ticks = new ArrayList<>();
        for (double tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
            ticks.add(Math.abs(tick) < step / 1e6 ? 0 : tick);
        }
        return ticks;
    }

    /** A number as short as it can be read. */
    static String label(double value) {
        double size = Math.abs(value);
        if (value == 0) {
            return "0";
        }
        if (size >= 1e6 || size < 1e-3) {
            String text = String.format(Locale.ROOT, "%.1e", value);
            return text.replace(".0e", "e").replace("e+0", "e").replace("e-0", "e-").replace("e+", "e");
        }
        if (size >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        String text = String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 1 ? "%.2f" : "%.4f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
