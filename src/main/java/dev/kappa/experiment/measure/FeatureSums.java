package dev.kappa.experiment.measure;

import dev.kappa.experiment.Tally;

/**
 * Sums over tokens for each feature of a dictionary: how often it fires, and the effects attributed to
 * zeroing it, added up in three ways that differ in what cancels.
 */
public final class FeatureSums {
    private final double[] fires;
    private final double[] absolute;
    private final double[] sequenceAbsolute;
    private final double[] signed;
    private final double[] withinSequence;

    /** @param width number of features */
    public FeatureSums(int width) {
        fires = new double[width];
        absolute = new double[width];
        sequenceAbsolute = new double[width];
        signed = new double[width];
        withinSequence = new double[width];
    }

    /**
     * Adds the entries of a batch, ordered by row.
     *
     * @param effects Δm of zeroing the entry's feature at its row
     * @param rowsOfSequence how many rows each sequence has
     */
    public void add(long[] rows, long[] latents, float[] effects, int rowsOfSequence) {
        int start = 0;
        for (int i = 0; i < rows.length; i++) {
            int latent = (int) latents[i];
            fires[latent]++;
            absolute[latent] += Math.abs(effects[i]);
            signed[latent] += effects[i];
            withinSequence[latent] += effects[i];
            boolean last = i + 1 == rows.length || rows[i + 1] / rowsOfSequence != rows[i] / rowsOfSequence;
            if (last) {
                closeSequence(latents, start, i + 1);
                start = i + 1;
            }
        }
    }

    private void closeSequence(long[] latents, int from, int to) {
        for (int i = from; i < to; i++) {
            int latent = (int) latents[i];
            sequenceAbsolute[latent] += Math.abs(withinSequence[latent]);
            withinSequence[latent] = 0;
        }
    }

    /** Puts the sums into a tally, their names starting with {@code prefix}. */
    public void into(Tally tally, String prefix) {
        tally.put(prefix + "fires", fires);
        tally.put(prefix + Aggregation.TOKEN_MEAN_ABS.sum(), absolute);
        tally.put(prefix + Aggregation.SEQUENCE_SUM_ABS.sum(), sequenceAbsolute);
        tally.put(prefix + Aggregation.SIGNED_MEAN.sum(), signed);
    }
}
