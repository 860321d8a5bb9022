package dev.kappa.sae.format;

import java.util.function.Function;
import java.util.function.Supplier;

/** Changes that a release makes to its weights between the file and their use. */
@FunctionalInterface
public interface Folding {
    void apply(Parts parts);

    /** The weights are used as they are stored. */
    static Folding none() {
        return parts -> {};
    }

    /**
     * The small arrays of a dictionary, and factors for the rows of the large ones.
     *
     * @see Blueprint
     */
    final class Parts {
        /** [width] */
        public float[] encoderBias;
        /** [dIn] */
        public float[] decoderBias;
        /** [width], or one for all; null where there is none. */
        public float[] threshold;
        /** [width]; null for ones. */
        public float[] encoderFactor;
        /** [width]; null for ones. */
        public float[] decoderFactor;

        private final Supplier<float[]> decoderNorms;
        private final Function<String, float[]> tensors;

        public Parts(Supplier<float[]> decoderNorms, Function<String, float[]> tensors) {
            this.decoderNorms = decoderNorms;
            this.tensors = tensors;
        }

        /** Euclidean norms of the stored decoder rows, [width]. */
        public float[] decoderNorms() {
            return decoderNorms.get();
        }

        /** A small tensor of the file. */
        public float[] tensor(String name) {
            return tensors.apply(name);
        }
    }
}
