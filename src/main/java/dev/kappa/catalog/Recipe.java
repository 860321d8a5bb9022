package dev.kappa.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;

/**
 * Something published that can be registered by its id alone.
 *
 * @param id what it will be called here
 * @param kind {@code model} or {@code sae}
 * @param model of a dictionary, the recipe of the model that it was trained on
 * @param hook of a dictionary, where it was trained
 * @param expectedBytes of the download, rounded; the hub's listing is what counts
 * @param gated true where the hub asks the user to accept a licence first, and so for a token
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record Recipe(
        String id,
        String kind,
        String title,
        String source,
        Optional<String> model,
        Optional<String> hook,
        long expectedBytes,
        String licence,
        boolean gated) {}
