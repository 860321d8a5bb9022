package dev.kappa.page;

import dev.kappa.catalog.Shelf;
import java.util.List;
import java.util.Map;

/**
 * What a registration asks for.
 *
 * @param shelf label of it
 * @param what in words
 * @param elsewhere errors that belong to no field
 */
record RegisterForm(String shelf, String what, List<Field> fields, List<String> elsewhere, boolean rejected) {
    private static final Map<String, String> ABOUT = Map.of(
            "id", "The name that runs call it by: a to z, 0 to 9, '.', '_' and '-'",
            "source",
            "file:/a/folder or file, hf:owner/name@revision, run:id/artifact, or bundled:name;"
                    + " empty where a recipe of the catalog has this id",
            "hook", "Where it was trained, such as blocks.3.hook_resid_post, if its files do not say so",
            "kind", "text, jsonl, tokens or pairs, if the file's name does not say so");

    static List<String> names(Shelf shelf) {
        return switch (shelf) {
            case MODEL -> List.of("id", "source");
            case SAE -> List.of("id", "source", "hook");
            case CORPUS -> List.of("id", "source", "kind");
        };
    }

    static RegisterForm of(Shelf shelf, Map<String, String> texts, FormErrors errors) {
        List<Field> fields = names(shelf).stream()
                .map(name -> field("/" + name, name, texts.getOrDefault("/" + name, ""), errors.at("/" + name)))
                .toList();
        return new RegisterForm(shelf.label(), what(shelf), fields, errors.elsewhere(), !errors.isEmpty());
    }

    private static Field field(String pointer, String name, String value, List<String> errors) {
        return new Field(
                pointer, name, ABOUT.get(name), "", Field.Input.TEXT, value, List.of(), "", name.equals("id"), List.of(), errors);
    }

    private static String what(Shelf shelf) {
        return switch (shelf) {
            case MODEL -> "a model";
            case SAE -> "a dictionary";
            case CORPUS -> "a corpus";
        };
    }
}
