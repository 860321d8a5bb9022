package dev.kappa.lm.block;

import java.util.Optional;

/**
 * Rotary position embedding as {@code config.json} states it.
 *
 * @param theta base of the geometric sequence of frequencies
 * @param fraction of each head's width that is rotated, from its start
 * @param scaling llama3's stretching of low frequencies, applied at all lengths
 */
public record Rope(double theta, double fraction, Optional<Llama3Scaling> scaling) {

    /**
     * Wavelengths above {@code originalContext / lowFactor} are stretched by {@code factor}, those below
     * {@code originalContext / highFactor} are kept, those between are blended.
     */
    public record Llama3Scaling(double factor, double lowFactor, double highFactor, double originalContext) {
        /** In f32 steps, because the reference rounds there and angles are positions times the result. */
        float apply(float inverse) {
            float wavelength = (float) (2 * Math.PI) / inverse;
            if (wavelength > (float) (originalContext / lowFactor)) {
                return inverse / (float) factor;
            }
            if (wavelength < (float) (originalContext / highFactor)) {
                return inverse;
            }
            float kept = ((float) originalContext / wavelength - (float) lowFactor) / (float) (highFactor - lowFactor);
            return (1 - kept) * inverse / (float) factor + kept * inverse;
        }
    }

    /**
     * Reads the old spelling ({@code rope_theta}, {@code rope_scaling}, {@code rotary_pct},
     * {@code rotary_emb_base}) and the new one ({@code rope_parameters}).
     */
    public static Rope read(ConfigFile config, double defaultTheta, double defaultFraction) {
        ConfigFile parameters = config.section("rope_parameters");
        ConfigFile typed = parameters.and(config.section("rope_scaling"));
        parameters.doesNotSupport("full_attention"); // the beginning of parameters per layer type
        parameters.doesNotSupport("sliding_attention");
        double theta = parameters.and(config).numberOr(defaultTheta, "rope_theta", "rotary_emb_base");
        double fraction = parameters.and(config).numberOr(defaultFraction, "partial_rotary_factor", "rotary_pct");
        String type = typed.text("default", "rope_type", "type");
        switch (type) {
            case "default":
                return new Rope(theta, fraction, Optional.empty());
            case "llama3":
                return new Rope(theta, fraction, Optional.of(new Llama3Scaling(
                        typed.number("factor"),
                        typed.number("low_freq_factor"),
                        typed.number("high_freq_factor"),
                        typed.number("original_max_position_embeddings"))));
            default:
                throw ConfigFile.unsupported("rope_type '" + type + "' is not supported; accepted: default, llama3");
        }
    }

    /** The same, refused where it rotates only a part of each head. */
    public Rope whole() {
        if (fraction != 1) {
            throw ConfigFile.unsupported("partial_rotary_factor " + fraction + " is not supported here; accepted: 1.0");
        }
        return this;
    }

    /** How many of a head's dimensions are rotated. */
    public int rotated(int headDim) {
        int dimensions = (int) (headDim * fraction);
        if (fraction > 1 || dimensions % 2 != 0) {
            throw ConfigFile.unsupported("rotary fraction " + fraction + " rotates " + dimensions + " of a head's "
                    + headDim + " dimensions; accepted: an even number of them");
        }
        return dimensions;
    }

    /** Angle per position of each rotated pair, theta^(−2j/r) for j = 0 … r/2 − 1, in the reference's f32 steps. */
    public float[] inverseFrequencies(int headDim) {
        int rotated = rotated(headDim);
        float[] inverse = new float[rotated / 2];
        for (int j = 0; j < inverse.length; j++) {
            float plain = 1 / (float) Math.pow(theta, 2f * j / rotated);
            inverse[j] = scaling.map(stretch -> stretch.apply(plain)).orElse(plain);
        }
        return inverse;
    }
}
