package dev.kappa.transfer;

import dev.kappa.store.ArtifactStore;
import java.util.regex.Pattern;

/**
 * A run as a zip:
 *
 * <pre>
 * run.json                     the run: state, parameters, seed, labels, times; provenance with the SHA-256 of weights,
 *                              dictionaries, tokenizer and corpus, devices, element type and versions
 * metrics.json                 with intervals, counts and flags
 * artifacts.json               the artifacts and the SHA-256 of their files
 * blocks.json                  each with the SHA-256 of its tally
 * events.jsonl                 what happened, one event a line
 * tables/&lt;name&gt;.json|csv       for programs, and for people
 * figures/&lt;name&gt;.json|svg      their data, and a drawing
 * tallies/&lt;block&gt;.safetensors  what the blocks measured
 * artifacts/&lt;name&gt;/&lt;file&gt;     what the run left
 * manifest.json                size and SHA-256 of every other entry
 * </pre>
 *
 * JSON has NaN and infinities as strings. The same run gives the same bytes.
 */
final class Entries {
    static final String RUN = "run.json";
    static final String METRICS = "metrics.json";
    static final String ARTIFACTS = "artifacts.json";
    static final String BLOCKS = "blocks.json";
    static final String EVENTS = "events.jsonl";
    static final String MANIFEST = "manifest.json";
    static final String TABLES = "tables/";
    static final String FIGURES = "figures/";

    private static final String PLAIN = ArtifactStore.PLAIN_NAME;

    /** Every path that an archive may have; none can leave a folder. */
    private static final Pattern KNOWN = Pattern.compile(
            "(run|metrics|artifacts|blocks|manifest)\\.json|events\\.jsonl|tables/" + PLAIN + "\\.(json|csv)|figures/" + PLAIN
                    + "\\.(json|svg)|tallies/\\d{1,5}\\.safetensors|artifacts/" + PLAIN + "/" + PLAIN);

    private Entries() {}

    static boolean isKnown(String path) {
        return KNOWN.matcher(path).matches();
    }

    static String tally(int block) {
        return "tallies/" + block + ".safetensors";
    }

    static String artifact(String name, String file) {
        return "artifacts/" + name + "/" + file;
    }
}
