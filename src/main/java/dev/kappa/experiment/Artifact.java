package dev.kappa.experiment;

import java.util.Map;

/**
 * A folder of files that a run leaves behind, such as a trained dictionary or a corpus.
 *
 * @param name the folder's name, snake_case
 * @param kind {@code sae}, {@code corpus} or {@code data}
 * @param files contents by file name
 */
public record Artifact(String name, String kind, Map<String, byte[]> files) {}
