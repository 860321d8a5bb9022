package dev.kappa.table;

import dev.kappa.experiment.Table;
import java.util.List;
import java.util.stream.Collectors;

/** Tables as RFC 4180: a header line, CRLF, quotes where needed, nothing for null. */
public final class Csv {
    private Csv() {}

    public static String of(Table table) {
        StringBuilder csv = new StringBuilder();
        csv.append(line(table.columns()));
        table.rows().forEach(row -> csv.append(line(row)));
        return csv.toString();
    }

    private static String line(List<?> cells) {
        return cells.stream().map(Csv::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String cell(Object value) {
        String text = value == null ? "" : value.toString();
        boolean quoted = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
