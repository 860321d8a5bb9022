package dev.kappa.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * The models and dictionary releases that the literature on causal dimensionality measures. Of a release with
 * many dictionaries one layer is listed; others are registered by their source.
 */
@Component
class Recipes {
    private static final String GEMMA = "Gemma terms of use";
    private static final String LLAMA = "Llama 3.1 community licence";
    private static final String APACHE = "Apache-2.0";
    private static final String CC_BY = "CC-BY-4.0";
    private static final String MIT = "MIT";

    /** Average L0 of the Gemma Scope sweep at layer 12 by width: the members of nearly equal sparsity. */
    private static final List<GemmaScope> GEMMA_SCOPE_SWEEP = List.of(
            new GemmaScope("16k", 1 << 14, 82),
            new GemmaScope("32k", 1 << 15, 76),
            new GemmaScope("65k", 1 << 16, 72),
            new GemmaScope("131k", 1 << 17, 67),
            new GemmaScope("262k", 1 << 18, 67),
            new GemmaScope("524k", 1 << 19, 65),
            new GemmaScope("1m", 1 << 20, 73));

    private record GemmaScope(String label, long width, int averageL0) {}

    private final List<Recipe> all;

    Recipes() {
        List<Recipe> recipes = new ArrayList<>();
        models(recipes);
        gemmaScope(recipes);
        llamaScope(recipes);
        pythia(recipes);
        this.all = List.copyOf(recipes);
    }

    List<Recipe> all() {
        return all;
    }

    Optional<Recipe> find(Shelf shelf, String id) {
        return all.stream()
                .filter(recipe -> recipe.kind().equals(shelf.label()) && recipe.id().equals(id))
                .findFirst();
    }

    private static void models(List<Recipe> recipes) {
        recipes.add(model("pythia-70m-deduped", "EleutherAI/pythia-70m-deduped", 168_000_000, APACHE, false));
        recipes.add(model("pythia-70m", "EleutherAI/pythia-70m", 168_000_000, APACHE, false));
        recipes.add(model("pythia-410m-deduped", "EleutherAI/pythia-410m-deduped", 913_000_000, APACHE, false));
        recipes.add(model("pythia-410m", "EleutherAI/pythia-410m", 913_000_000, APACHE, false));
        recipes.add(model("gemma-2-2b", "google/gemma-2-2b", 10_480_000_000L, GEMMA, true));
        recipes.add(model("gemma-2-9b", "google/gemma-2-9b", 36_990_000_000L, GEMMA, true));
        recipes.add(model("llama-3.1-8b", "meta-llama/Llama-3.1-8B", 16_070_000_000L, LLAMA, true));
    }

    private static void gemmaScope(List<Recipe> recipes) {
        for (GemmaScope member : GEMMA_SCOPE_SWEEP) {
            recipes.add(sae(
                    "gemma-scope-2b-res-l12-" + member.label(),
                    "Gemma Scope, Gemma 2 2B, residual stream after block 12, width " + member.label(),
                    "google/gemma-scope-2b-pt-res@main/layer_12/width_" + member.label() + "/average_l0_"
                            + member.averageL0(),
                    "gemma-2-2b",
                    12,
                    jumpReluBytes(2304, member.width()),
                    CC_BY));
        }
        recipes.add(sae(
                "gemma-scope-9b-res-l20-16k",
                "Gemma Scope, Gemma 2 9B, residual stream after block 20, width 16k",
                "google/gemma-scope-9b-pt-res@main/layer_20/width_16k/average_l0_68",
                "gemma-2-9b",
                20,
                jumpReluBytes(3584, 1 << 14),
                CC_BY));
    }

    private static void llamaScope(List<Recipe> recipes) {
        for (int expansion : new int[] {8, 32}) {
            recipes.add(sae(
                    "llama-scope-res-l15-" + expansion + "x",
                    "Llama Scope, Llama 3.1 8B, residual stream after block 15, " + expansion + "x",
                    "fnlp/Llama3_1-8B-Base-LXR-" + expansion + "x@main/Llama3_1-8B-Base-L15R-" + expansion + "x",
                    "llama-3.1-8b",
                    15,
                    reluBytes(4096, 4096L * expansion) / 2,
                    LLAMA));
        }
    }

    private static void pythia(List<Recipe> recipes) {
        for (int layer = 0; layer < 6; layer++) {
            recipes.add(sae(
                    "pythia-70m-topk-res-l" + layer,
                    "EleutherAI sparsify, Pythia 70m deduped, residual stream after block " + layer + ", TopK 16",
                    "EleutherAI/sae-pythia-70m-deduped-32k@main/layers." + layer,
                    "pythia-70m-deduped",
                    layer,
                    reluBytes(512, 32768),
                    MIT));
            recipes.add(sae(
                    "pythia-70m-relu-res-l" + layer,
                    "Sparse feature circuits, Pythia 70m deduped, residual stream after block " + layer + ", ReLU",
                    "ctigges/pythia-70m-deduped__res-sm_processed@main/" + layer + "-res-sm",
                    "pythia-70m-deduped",
                    layer,
                    reluBytes(512, 32768),
                    MIT));
        }
    }

    private static Recipe model(String id, String repository, long bytes, String licence, boolean gated) {
        return new Recipe(
                id, "model", repository, "hf:" + repository + "@main", Optional.empty(), Optional.empty(), bytes, licence,
                gated);
    }

    private static Recipe sae(
            String id, String title, String source, String model, int layer, long bytes, String licence) {
        return new Recipe(
                id,
                "sae",
                title,
                "hf:" + source,
                Optional.of(model),
                Optional.of("blocks." + layer + ".hook_resid_post"),
                bytes,
                licence,
                false);
    }

    /** Two matrices, two biases, in f32. */
    private static long reluBytes(long d, long m) {
        return 4 * (2 * d * m + m + d);
    }

    /** The same with a threshold for each latent. */
    private static long jumpReluBytes(long d, long m) {
        return reluBytes(d, m) + 4 * m;
    }
}
