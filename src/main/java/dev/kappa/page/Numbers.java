package dev.kappa.page;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers, bytes and times as people read them. */
final class Numbers {
    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private static final String[] BYTES = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Numbers() {}

    /** Four significant digits; whole numbers whole. */
    static String of(double value) {
        double size = Math.abs(value);
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "−∞";
        }
        if (value == Math.rint(value) && size < 1e9) {
            return signed(String.format(Locale.ROOT, "%,.0f", value));
        }
        if (size >= 1e9 || size < 1e-4) {
            return scientific(value);
        }
        int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
        return signed(String.format(Locale.ROOT, "%,." + digits + "f", value));
    }

    private static String scientific(double value) {
        String text = String.format(Locale.ROOT, "%.2e", value);
        int e = text.indexOf('e');
        int power = Integer.parseInt(text.substring(e + 1));
        return signed(text.substring(0, e)) + " × 10" + (power < 0 ? "⁻" : "") + superscript(Math.abs(power));
    }

    private static String superscript(int number) {
        StringBuilder text = new StringBuilder();
        Integer.toString(number).chars().forEach(digit -> text.append(SUPERSCRIPTS.charAt(digit - '0')));
        return text.toString();
    }

    private static String signed(String text) {
        return text.replace('-', '−');
    }

    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < BYTES.length - 1) {
            value /= 1024;
            unit++;
        }
        return (unit == 0 ? Long.toString(bytes) : String.format(Locale.ROOT, "%.1f", value)) + " " + BYTES[unit];
    }

    static String time(Instant instant) {
        return TIME.format(instant);
    }

    /** To the second below an hour, to the minute above. */
    static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, duration.toMillis()) / 1000.0);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    static String duration(double seconds) {
        return duration(Duration.ofMillis((long) (1000 * seconds)));
    }
}
