package dev.kappa.experiment.training;

/**
 * How to train.
 *
 * @param kind of sparsity
 * @param width number of latents
 * @param k for top-k kinds: features that fire on a row, on average
 * @param penalty for penalised kinds: its weight against the squared error of a row of norm √d
 * @param learningRate of Adam at its highest; it warms up over the first 5 % of steps and falls to zero over the last 20 %
 * @param steps in all
 * @param deadAfter rows without firing after which a latent is dead and joins the auxiliary loss
 */
public record Recipe(
        Kind kind, int width, int k, double penalty, double learningRate, int steps, int deadAfter) {
    private static final double WARM_UP = 0.05;
    private static final double DECAY = 0.2;

    double warmth(int step) {
        return Math.min(1, (step + 1) / Math.max(1, WARM_UP * steps));
    }

    double learningRate(int step) {
        return learningRate * Math.min(warmth(step), Math.max(0, (steps - step) / Math.max(1, DECAY * steps)));
    }
}
