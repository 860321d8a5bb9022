package dev.kappa.experiment;

import dev.kappa.fault.Fault;
import dev.kappa.lm.Architecture;
import dev.kappa.sae.SaeShape;
import java.util.Map;
import java.util.Optional;

/**
 * The sizes of what a run names, known before anything is loaded.
 *
 * @param model of the model, if one is needed
 * @param saes of each dictionary by id
 * @param items how many sequences or pairs the run uses
 */
public record Shapes(Optional<Architecture> model, Map<String, SaeShape> saes, int items) {
    public Architecture architecture() {
        return model.orElseThrow(() -> Fault.internal("no_model", "this experiment names no model", null));
    }

    public SaeShape sae(String id) {
        return saes.get(id);
    }
}
