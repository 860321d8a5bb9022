package dev.kappa.experiment.kinds;

import java.util.List;
import java.util.stream.IntStream;

/** Ids of what comes with the product, which every example runs on. */
final class Bundled {
    static final String MODEL = "stories-neox";
    static final String CORPUS = "stories-samples";
    static final String PAIRS = "agreement";
    static final String HOOK = "blocks.2.hook_resid_post";

    private Bundled() {}

    /** Dictionaries of 1 to 64 times the width of the residual stream. */
    static List<String> saes() {
        return IntStream.rangeClosed(0, 6).mapToObj(i -> sae(1 << i)).toList();
    }

    static String sae(int expansion) {
        return "stories-l2-x" + expansion;
    }
}
