package dev.kappa.catalog;

import java.util.Optional;

/**
 * Of a dictionary.
 *
 * @param hook what the registration says about where it was trained; it comes before what the files say
 * @param origin where it comes from; some releases say in their path what others say in a file
 * @param saelensCompat true where it is read as SAELens reads it and not as its authors do
 */
record SaeFacts(Optional<String> hook, String origin, boolean saelensCompat) implements Facts {}
