package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.Objective;
import dev.kappa.experiment.measure.Objectives;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Independent probes of an output geometry: a backward pass of each gives gradients whose mean outer product is A.
 *
 * @param wanted how many of each sequence
 */
record Probes(JacobianRank.Output output, int wanted) {
    /** True labels are not drawn, so that a second probe would repeat the first. */
    int count() {
        return output == JacobianRank.Output.LOSS ? 1 : wanted;
    }

    /** One objective for each probe. */
    List<Objective> objectives(Batch batch, long seed) {
        return IntStream.range(0, count())
                .mapToObj(probe -> objective(batch, seed, probe))
                .toList();
    }

    private Objective objective(Batch batch, long seed, int probe) {
        return switch (output) {
            case FISHER -> Objectives.fisherProbe(batch, seed, probe);
            case LOGITS -> Objectives.logitProbe(batch, seed, probe);
            case LOSS -> Objectives.nextTokenLoss(batch);
        };
    }

    /** The positions of a gradient [batch, position, width] that are samples of A. */
    NDArray samples(Batch batch, NDArray gradient) {
        // With the true loss the last position predicts nothing, and its gradient is zero by construction.
        int end = output == JacobianRank.Output.LOSS ? batch.length() - 1 : batch.length();
        return gradient.get(":, " + batch.firstCounted() + ":" + end);
    }

    /** True where the labels are the true ones, so that A is the empirical Fisher and not the Fisher. */
    boolean empirical() {
        return output == JacobianRank.Output.LOSS;
    }
}
