package dev.kappa.run;

import tools.jackson.databind.PropertyNamingStrategies;

/** Names as JSON has them. */
final class SnakeCase {
    private SnakeCase() {}

    static String of(String name) {
        return PropertyNamingStrategies.SNAKE_CASE.nameForField(null, null, name);
    }
}
