package dev.kappa.experiment.measure;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the effects attributed to a feature at single tokens become its score. */
public enum Aggregation {
    /** mean over tokens of |f⟨d, g⟩|: nothing cancels. */
    @JsonProperty("token_mean_abs")
    TOKEN_MEAN_ABS("absolute"),
    /** mean over sequences of |Σ over tokens of f⟨d, g⟩|: effects cancel within a sequence. */
    @JsonProperty("sequence_sum_abs")
    SEQUENCE_SUM_ABS("sequence_absolute"),
    /** |mean over tokens of f⟨d, g⟩|: effects cancel everywhere. */
    @JsonProperty("signed_mean")
    SIGNED_MEAN("signed");

    private final String sum;

    Aggregation(String sum) {
        this.sum = sum;
    }

    /** The name of its sum in a tally. */
    public String sum() {
        return sum;
    }

    /** The scores from sums over so many tokens and sequences. */
    public double[] scores(double[] sums, double tokens, double sequences) {
        double[] scores = new double[sums.length];
        double count = this == SEQUENCE_SUM_ABS ? sequences : tokens;
        for (int i = 0; i < sums.length; i++) {
            scores[i] = Math.abs(sums[i]) / count;
        }
        return scores;
    }
}
