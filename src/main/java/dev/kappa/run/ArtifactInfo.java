package dev.kappa.run;

import dev.kappa.store.StoredFile;
import java.util.List;

/**
 * A folder of files that a run left.
 *
 * @param kind {@code sae}, {@code corpus} or {@code data}
 */
public record ArtifactInfo(String name, String kind, List<StoredFile> files) {}
