package dev.kappa.experiment;

import java.util.List;

/**
 * Named rows for people and scripts.
 *
 * @param name in the API, snake_case
 * @param columns names of the columns, snake_case
 * @param rows numbers, strings, booleans or null, one for each column
 */
public record Table(String name, String title, List<String> columns, List<List<Object>> rows) {}
