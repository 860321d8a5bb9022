package dev.kappa.run;

import dev.kappa.catalog.Dependents;
import dev.kappa.catalog.Shelf;
import dev.kappa.experiment.Needs;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Runs that have not ended keep what they read from being deleted. */
@Component
class RunDependents implements Dependents {
    private final RunRows runs;
    private final Experiments experiments;

    RunDependents(RunRows runs, Experiments experiments) {
        this.runs = runs;
        this.experiments = experiments;
    }

    @Override
    public Optional<String> needs(Shelf shelf, String id) {
        return runs.unfinished().stream()
                .filter(run -> experiments
                        .find(run.experiment())
                        .filter(kind -> names(kind.needs(run), shelf, id))
                        .isPresent())
                .findFirst()
                .map(run -> "run " + run.id() + " is using it");
    }

    private static boolean names(Needs needs, Shelf shelf, String id) {
        return switch (shelf) {
            case MODEL -> needs.model().filter(id::equals).isPresent();
            case SAE -> needs.saes().contains(id);
            case CORPUS -> needs.corpus().filter(items -> items.corpus().equals(id)).isPresent();
        };
    }
}
