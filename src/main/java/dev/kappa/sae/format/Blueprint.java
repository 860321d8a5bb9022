package dev.kappa.sae.format;

import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeShape;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which tensors of which file make a dictionary, and what is done to them. Every tensor that it names is there
 * and has the right shape.
 *
 * @param encoderBias of a gated dictionary, the gate's bias; none stands for zeros
 * @param decoderBias none stands for zeros
 */
public record Blueprint(
        SaeShape shape,
        Path file,
        Matrix encoder,
        Matrix decoder,
        Optional<String> encoderBias,
        Optional<String> decoderBias,
        Optional<String> skip,
        SaeInput input,
        Firing firing,
        Folding folding) {

    /** A matrix with a row for each latent, or its transpose. */
    public record Matrix(String name, boolean transposed) {
        static Matrix rows(String name) {
            return new Matrix(name, false);
        }

        static Matrix columns(String name) {
            return new Matrix(name, true);
        }
    }

    /** An activation by the names of its tensors. */
    public sealed interface Firing {
        /** The name in {@link SaeShape#activation()}. */
        String activation();

        /** How many numbers of its own each latent has. */
        default int numbers() {
            return 0;
        }

        record Relu() implements Firing {
            @Override
            public String activation() {
                return "relu";
            }
        }

        record JumpRelu(String threshold) implements Firing {
            @Override
            public String activation() {
                return "jumprelu";
            }

            @Override
            public int numbers() {
                return 1;
            }
        }

        /** One threshold for all latents. */
        record Threshold(String activation, float value) implements Firing {}

        record TopK(int k) implements Firing {
            @Override
            public String activation() {
                return "topk";
            }
        }

        record GroupMax(int groups) implements Firing {
            @Override
            public String activation() {
                return "groupmax";
            }
        }

        record Gated(String logScale, String bias) implements Firing {
            @Override
            public String activation() {
                return "gated";
            }

            @Override
            public int numbers() {
                return 2;
            }
        }
    }

    static SaeShape shape(
            String format, Firing firing, int dIn, int width, Optional<HookPoint> hook, boolean skipsStart) {
        long bytes = Float.BYTES * ((2L * dIn + 1 + firing.numbers()) * width + dIn);
        return new SaeShape(format, firing.activation(), dIn, width, hook, skipsStart, bytes);
    }
}
