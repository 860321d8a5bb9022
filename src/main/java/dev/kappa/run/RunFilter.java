package dev.kappa.run;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which runs are listed: those that meet every condition that is given.
 *
 * @param model id of the model that it names
 * @param labels that it has, each with this value
 * @param createdAfter only later ones
 */
public record RunFilter(
        Optional<RunState> state,
        Optional<String> experiment,
        Optional<String> model,
        Map<String, String> labels,
        Optional<Instant> createdAfter) {
    public RunFilter {
        labels = Map.copyOf(labels);
    }

    /** By state and kind alone. */
    public static RunFilter of(Optional<RunState> state, Optional<String> experiment) {
        return new RunFilter(state, experiment, Optional.empty(), Map.of(), Optional.empty());
    }

    /** Conditions in SQL, and the value that each of them names. */
    Map<String, Object> conditions() {
        Map<String, Object> conditions = new LinkedHashMap<>();
        state.ifPresent(value -> conditions.put("state = ?", value.name()));
        experiment.ifPresent(value -> conditions.put("experiment = ?", value));
        model.ifPresent(value -> conditions.put("model = ?", value));
        createdAfter.ifPresent(value -> conditions.put("created_at > ?", value.atOffset(ZoneOffset.UTC)));
        if (!labels.isEmpty()) {
            conditions.put("labels @> cast(? as jsonb)", Json.write(labels));
        }
        return conditions;
    }
}
