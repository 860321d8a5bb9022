package dev.kappa.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * What names of metrics, flags and methods mean, and which metrics come first, from {@code words/*.properties}. A name without an entry is
 * shown as it is, with spaces for underscores, so that a new experiment needs no entry to be shown.
 */
@Component
class Words {
    private final Properties metrics = read("metrics");
    private final Properties flags = read("flags");
    private final Properties methods = read("methods");
    private final Properties headlines = read("headlines");

    /** The short name of a metric, such as {@code κ}. */
    String label(String metric) {
        return part(metrics, metric, 0);
    }

    /** One sentence on a metric; empty where there is none. */
    String meaning(String metric) {
        return metrics.containsKey(metric) ? part(metrics, metric, 1) : "";
    }

    /** A flag in words, to go behind the metric's value. */
    Flag flag(String code) {
        return flags.containsKey(code)
                ? new Flag(code, part(flags, code, 1), part(flags, code, 0))
                : new Flag(code, plain(code), "note");
    }

    String method(String code) {
        return methods.getProperty(code, plain(code));
    }

    /** Names of the metrics to show first of a kind; empty where none are chosen. */
    List<String> headlines(String kind) {
        return Stream.of(headlines.getProperty(kind, "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** @param tone {@code caution}, {@code note} or {@code good} */
    record Flag(String code, String words, String tone) {
        public boolean cautions() {
            return tone.equals("caution");
        }
    }

    static String plain(String code) {
        return code.replace('_', ' ');
    }

    private static String part(Properties from, String key, int index) {
        String[] parts = from.getProperty(key, "").split("\\s*\\|\\s*", 2);
        return index < parts.length && !parts[index].isEmpty() ? parts[index] : index == 0 ? plain(key) : "";
    }

    private static Properties read(String name) {
        Properties properties = new Properties();
        try (InputStream in = Words.class.getResourceAsStream("/words/" + name + ".properties")) {
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
