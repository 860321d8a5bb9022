package dev.kappa.run;

import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.kinds.Kinds;
import dev.kappa.fault.Fault;
import jakarta.validation.Validator;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

/** Every kind of experiment that this server knows, by its name. */
@Service
public class Experiments {
    private final Map<String, Kind<?>> kinds = new TreeMap<>();

    /** @param experiments further kinds, of whoever extends the server */
    Experiments(ObjectProvider<Experiment<?>> experiments, Validator validator) {
        ParameterReader reader = new ParameterReader(validator);
        Kinds.all().forEach(experiment -> add(new Kind<>(experiment, reader)));
        experiments.forEach(experiment -> add(new Kind<>(experiment, reader)));
    }

    private void add(Kind<?> kind) {
        String name = kind.experiment().kind();
        if (kinds.putIfAbsent(name, kind) != null) {
            throw Fault.internal("duplicate_kind", "two experiments have the kind '" + name + "'", null);
        }
    }

    /** In the order of their names. */
    public Collection<Kind<?>> all() {
        return Collections.unmodifiableCollection(kinds.values());
    }

    /** Empty where it is unknown, such as that of a newer server's run. */
    public Optional<Kind<?>> find(String name) {
        return Optional.ofNullable(kinds.get(name));
    }

    Kind<?> require(String name) {
        return find(name).orElseThrow(() -> unknown(name));
    }

    private Rejection unknown(String name) {
        return new Rejection(
                "/experiment",
                "unknown_experiment",
                "experiment '" + name + "' is not known; accepted: " + String.join(", ", kinds.keySet()));
    }
}
