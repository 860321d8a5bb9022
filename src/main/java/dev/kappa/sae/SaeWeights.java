package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * The numbers of a dictionary, all f32 on one device.
 *
 * @param encoder [width, dIn]; may be a transposed view
 * @param encoderBias [width]; of a gated dictionary, the gate's bias
 * @param decoder [width, dIn], one row a latent, contiguous
 * @param decoderBias [dIn]
 * @param skip [dIn, dIn]: its product with the activation is added to the reconstruction
 */
public record SaeWeights(
        NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias, Optional<NDArray> skip) {
    public SaeWeights(NDArray encoder, NDArray encoderBias, NDArray decoder, NDArray decoderBias) {
        this(encoder, encoderBias, decoder, decoderBias, Optional.empty());
    }
}
