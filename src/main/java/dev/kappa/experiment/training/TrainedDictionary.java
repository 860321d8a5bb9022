package dev.kappa.experiment.training;

import ai.djl.Device;
import dev.kappa.experiment.Tally;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeLensWriter;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.ElementType;
import java.util.Map;

/** The files of a dictionary as a checkpoint left it. */
public final class TrainedDictionary {
    private TrainedDictionary() {}

    /** SAELens' two files by name. */
    public static Map<String, byte[]> files(
            Tally checkpoint, Recipe recipe, HookPoint hook, SaeLensWriter.About about, ElementType type) {
        try (Scope scope = Scope.open(Device.cpu())) {
            return SaeLensWriter.files(
                    SaeTrainer.resume(scope, recipe, checkpoint).dictionary(hook), about, type);
        }
    }
}
