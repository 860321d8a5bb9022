package dev.kappa.sae;

import dev.kappa.lm.HookPoint;
import java.util.Optional;

/**
 * What is known of a dictionary before its weights are loaded.
 *
 * @param format the release's layout: {@code saelens}, {@code gemma_scope}, {@code llama_scope},
 *     {@code sparsify}, {@code dictionary_learning}; {@code arrays} where it is of no release
 * @param activation {@code relu}, {@code jumprelu}, {@code topk}, {@code gated}, …
 * @param dIn width of the activation it reads and rebuilds
 * @param width number of latents
 * @param hook the hook it was trained on, where its files say so
 * @param skipsStart true where its release leaves the sequence's start token out of all statistics
 * @param bytes bytes of its weights as f32
 */
public record SaeShape(
        String format,
        String activation,
        int dIn,
        int width,
        Optional<HookPoint> hook,
        boolean skipsStart,
        long bytes) {}
