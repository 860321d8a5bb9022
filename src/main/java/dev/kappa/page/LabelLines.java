package dev.kappa.page;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Labels as people write them: {@code name=value}, one on a line. */
final class LabelLines {
    private LabelLines() {}

    static String text(Map<String, String> labels) {
        return new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining("\n"));
    }

    /** Of two lines with one name the last applies. */
    static Map<String, String> labels(String lines) {
        return lines.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> line.split("\\s*=\\s*", 2))
                .collect(Collectors.toMap(
                        parts -> parts[0],
                        parts -> parts.length > 1 ? parts[1] : "",
                        (first, second) -> second,
                        TreeMap::new));
    }
}
