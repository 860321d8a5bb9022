package dev.kappa.page;

import dev.kappa.experiment.Experiment;
import dev.kappa.run.Experiments;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The kinds of experiments that this server knows, as the pages ask for them. */
@Component
class KnownKinds {
    private final Experiments experiments;

    KnownKinds(Experiments experiments) {
        this.experiments = experiments;
    }

    List<Experiment<?>> all() {
        return experiments.all().stream().<Experiment<?>>map(kind -> kind.experiment()).toList();
    }

    /** Empty where it is unknown, such as that of a newer server's run. */
    Optional<Experiment<?>> find(String name) {
        return experiments.find(name).map(kind -> kind.experiment());
    }

    Experiment<?> require(String name) {
        return find(name).orElseThrow(() -> new NotThere("There is no experiment “" + name + "”."));
    }
}
