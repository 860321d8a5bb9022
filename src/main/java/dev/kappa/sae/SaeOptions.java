package dev.kappa.sae;

/**
 * How to read a dictionary's folder.
 *
 * @param origin where the folder comes from, such as {@code google/gemma-scope-2b-pt-res/layer_12}: releases
 *     that keep their hook in the path are told by it; empty where the folder's own path says it
 * @param saelensCompat reads Llama Scope as SAELens does and not as its authors do (features in other units,
 *     and other latents fire where decoder rows do not have norm 1)
 */
public record SaeOptions(String origin, boolean saelensCompat) {
    public static SaeOptions none() {
        return new SaeOptions("", false);
    }

    public static SaeOptions from(String origin) {
        return new SaeOptions(origin, false);
    }
}
