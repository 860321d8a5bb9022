package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Experiment;
import java.util.List;

/** Every kind of experiment there is. */
public final class Kinds {
    private Kinds() {}

    /** One of each. */
    public static List<Experiment<?>> all() {
        return List.of(
                new JacobianRank(),
                new WidthSweep(),
                new ExactAblation(),
                new EncoderDecoderCells(),
                new SyntheticGroundTruth(),
                new CircuitRecall(),
                new DepthSweep(),
                new GeometricPrivilege(),
                new SaeTraining(),
                new ModelSamples());
    }
}
