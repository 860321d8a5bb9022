package dev.kappa.table;

import dev.kappa.experiment.Table;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What a column of a table holds, as its values show; any value may be missing. */
enum ColumnType {
    BOOLEAN,
    INTEGER,
    /** Some integers among them, or NaN and infinities, which kept tables spell out. */
    DOUBLE,
    TEXT;

    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    static ColumnType of(Table table, int column) {
        List<Object> values =
                table.rows().stream().map(row -> row.get(column)).filter(Objects::nonNull).toList();
        if (values.isEmpty()) {
            return TEXT;
        }
        if (values.stream().allMatch(Boolean.class::isInstance)) {
            return BOOLEAN;
        }
        if (values.stream().allMatch(ColumnType::isInteger)) {
            return INTEGER;
        }
        return values.stream().allMatch(ColumnType::isNumber) ? DOUBLE : TEXT;
    }

    private static boolean isInteger(Object value) {
        return value instanceof Integer || value instanceof Long;
    }

    private static boolean isNumber(Object value) {
        return value instanceof Number || value instanceof String text && NOT_FINITE.contains(text);
    }

    /** A value of a {@link #DOUBLE} column. */
    static double number(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.parseDouble((String) value);
    }
}
