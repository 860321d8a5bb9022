package dev.kappa.lm;

/**
 * The sizes of a model that experiments need before its weights are loaded.
 *
 * @param family {@code gpt_neox}, {@code llama} or {@code gemma2}
 * @param layers number of blocks
 * @param dModel width of the residual stream
 * @param zWidth heads · d_head, the width of {@link HookPoint.Site#Z}
 * @param vocabulary rows of the unembedding
 * @param contextLength longest sequence, in tokens
 * @param parameterBytes bytes of all weights as f32
 */
public record Architecture(
        String family, int layers, int dModel, int zWidth, int vocabulary, int contextLength, long parameterBytes) {

    /** The last dimension of the activation at a hook. */
    public int width(HookPoint hook) {
        return hook.within(layers).site() == HookPoint.Site.Z ? zWidth : dModel;
    }
}
