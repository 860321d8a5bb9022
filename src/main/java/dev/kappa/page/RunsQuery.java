package dev.kappa.page;

import dev.kappa.run.RunFilter;
import dev.kappa.run.RunState;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Which runs the list shows, as its address says; a field without text filters nothing.
 *
 * @param label as {@code name=value}
 * @param after id that the page before ended with
 */
record RunsQuery(String state, String experiment, String model, String label, String after) {
    RunsQuery {
        state = text(state);
        experiment = text(experiment);
        model = text(model);
        label = text(label);
    }

    private static String text(String value) {
        return value == null ? "" : value.strip();
    }

    RunFilter filter() {
        return new RunFilter(
                Arrays.stream(RunState.values()).filter(value -> value.name().equalsIgnoreCase(state)).findFirst(),
                given(experiment),
                given(model),
                label.isEmpty() ? Map.of() : LabelLines.labels(label),
                Optional.empty());
    }

    public boolean filters() {
        return Stream.of(state, experiment, model, label).anyMatch(value -> !value.isEmpty());
    }

    RunsQuery after(String id) {
        return new RunsQuery(state, experiment, model, label, id);
    }

    String link() {
        Map<String, String> values = new LinkedHashMap<>();
        given(state).ifPresent(value -> values.put("state", value));
        given(experiment).ifPresent(value -> values.put("experiment", value));
        given(model).ifPresent(value -> values.put("model", value));
        given(label).ifPresent(value -> values.put("label", value));
        Optional.ofNullable(after).ifPresent(id -> values.put("after", id));
        UriComponentsBuilder link = UriComponentsBuilder.fromPath("/");
        values.keySet().forEach(name -> link.queryParam(name, "{" + name + "}"));
        return link.encode().buildAndExpand(values).toUriString();
    }

    private static Optional<String> given(String value) {
        return Optional.of(value).filter(text -> !text.isEmpty());
    }
}
