package dev.kappa.page;

import dev.kappa.experiment.Table;
import java.util.List;

/**
 * The beginning of a table.
 *
 * @param more how many rows are not shown
 */
record Excerpt(String name, String title, List<String> columns, List<List<String>> rows, int more) {
    private static final int ROWS = 10;

    static Excerpt of(Table table) {
        return new Excerpt(
                table.name(),
                table.title(),
                table.columns().stream().map(Words::plain).toList(),
                table.rows().stream()
                        .limit(ROWS)
                        .map(row -> row.stream().map(Excerpt::cell).toList())
                        .toList(),
                Math.max(0, table.rows().size() - ROWS));
    }

    private static String cell(Object value) {
        if (value == null) {
            return "";
        }
        return value instanceof Number number ? Numbers.of(number.doubleValue()) : value.toString();
    }
}
