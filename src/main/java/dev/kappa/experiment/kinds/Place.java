package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Description;
import dev.kappa.experiment.Shapes;
import dev.kappa.lm.HookPoint;
import jakarta.validation.constraints.NotBlank;
import java.util.List;
import java.util.Optional;

/** A hook, and a dictionary that reads it. */
public record Place(
        @NotBlank @Description("Hook point by TransformerLens name") String hook,
        @Description("Id of a registered dictionary of this hook; may be absent where only the Jacobian is measured")
                String sae) {
    static Place of(String hook) {
        return new Place(hook, null);
    }

    HookPoint point() {
        return HookPoint.parse(hook);
    }

    Optional<String> dictionary() {
        return Optional.ofNullable(sae);
    }

    /** The name of its dictionary's sums in a tally. */
    String label() {
        return hook + "/" + sae;
    }

    /** Ids of the dictionaries, each once. */
    static List<String> dictionaries(List<Place> places) {
        return places.stream().flatMap(place -> place.dictionary().stream()).distinct().toList();
    }

    /** Refuses hooks that the model does not have and dictionaries of another width. */
    void check(Shapes shapes) {
        shapes.architecture().width(point());
        dictionary().ifPresent(id -> Widths.check(shapes, point(), id));
    }
}
