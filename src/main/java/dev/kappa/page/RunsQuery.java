package dev.kappa.page;

import dev.kappa.run.RunFilter;
import dev.kappa.run.RunState;
import java.util.Arrays;
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
        UriComponentsBuilder link = UriComponentsBuilder.fromPath("/");
        given(state).ifPresent(value -> link.queryParam("state", value));
        given(experiment).ifPresent(value -> link.queryParam("experiment", value));
        given(model).ifPresent(value -> link.queryParam("model", value));
        given(label).ifPresent(value -> link.queryParam("label", "{label}"));
        Optional.ofNullable(after).ifPresent(id -> link.queryParam("after", id));
        return link.encode().buildAndExpand(Map.of("label", label)).toUriString();
    }

    private static Optional<String> given(String value) {
        return Optional.of(value).filter(text -> !text.isEmpty());
    }
}
