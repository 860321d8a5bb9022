package dev.kappa.page;

import java.util.List;

/**
 * A field of a form, or a group of them.
 *
 * @param pointer JSON pointer of its value in the request: the name of its input
 * @param hint what is accepted and what applies where nothing is entered
 * @param choices of a {@code CHOICE}
 * @param suggestions name of the list of registered ids that it is likely to take; empty where there is none
 * @param fields of a {@code GROUP}
 * @param errors what the server had against its value
 */
record Field(
        String pointer,
        String label,
        String description,
        String hint,
        Input input,
        String value,
        List<String> choices,
        String suggestions,
        boolean required,
        List<Field> fields,
        List<String> errors) {

    /** How a value is entered. */
    enum Input {
        TEXT,
        NUMBER,
        CHOICE,
        /** Texts, one on a line. */
        LINES,
        /** Objects, one on a line: the values of their properties in order, with spaces between. */
        ROWS,
        /** Whatever has no better way. */
        JSON,
        GROUP
    }

    public String id() {
        return "field" + pointer.replace('/', '-');
    }

    public boolean isArea() {
        return input == Input.LINES || input == Input.ROWS || input == Input.JSON;
    }

    public int lines() {
        return Math.max(2, Math.min(12, value.split("\n", -1).length));
    }
}
