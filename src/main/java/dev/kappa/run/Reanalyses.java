package dev.kappa.run;

import dev.kappa.limits.Limits;
import dev.kappa.run.Rejection.Reason;
import dev.kappa.store.TallyStore;
import jakarta.validation.Validator;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Second thoughts about stored tallies: a child run that concludes what its parent measured, with other
 * settings. Only parameters that nothing but the conclusion reads may differ.
 */
@Service
public class Reanalyses {
    /**
     * @param parameters the changed ones; all others are the parent's
     * @param labels of the child
     */
    record Request(
            JsonNode parameters,
            Map<@Pattern(regexp = Labels.NAME) String, @NotNull @Size(max = Labels.LONGEST_VALUE) String> labels) {
        Request {
            parameters = parameters == null || parameters.isNull() ? JsonNodeFactory.instance.objectNode() : parameters;
            labels = labels == null ? Map.of() : labels;
        }
    }

    private final Experiments experiments;
    private final ParameterReader reader;
    private final RunRows runs;
    private final TallyStore tallies;
    private final Tasks tasks;
    private final Limits limits;

    Reanalyses(Experiments experiments, Validator validator, RunRows runs, TallyStore tallies, Tasks tasks, Limits limits) {
        this.experiments = experiments;
        this.reader = new ParameterReader(validator);
        this.runs = runs;
        this.tallies = tallies;
        this.tasks = tasks;
        this.limits = limits;
    }

    /** A child of a run whose blocks are all measured. */
    public Run submit(Run parent, JsonNode body) {
        Request request = reader.read(body, Request.class, "");
        Labels.requireFew(request.labels(), limits.labels());
        Kind<?> kind = experiments.require(parent.experiment());
        String parameters = merged(kind, parent, request.parameters());
        parent.talliesExpiredAt().ifPresent(when -> {
            throw new Conflict(
                    "tallies_expired",
                    "the tallies of run '" + parent.id() + "' were deleted at " + when
                            + " by kappa.retention.tallies; submit its parameters again to measure them anew");
        });
        List<BlockInfo> blocks = runs.blocks(parent.id());
        long measured = blocks.stream().filter(block -> block.state() == BlockState.DONE).count();
        if (measured < blocks.size()) {
            throw new Conflict(
                    "tallies_incomplete",
                    "run '" + parent.id() + "' is " + parent.state() + " with " + measured + " of its " + blocks.size()
                            + " blocks measured; all of them are needed");
        }
        String id = runs.nextId();
        blocks.forEach(block ->
                tallies.share(parent.id(), id, block.index(), block.tallyHash().orElseThrow()));
        Run child = runs.createChild(id, parent, parameters, request.labels());
        tasks.wake();
        return child;
    }

    private static String merged(Kind<?> kind, Run parent, JsonNode changes) {
        if (!changes.isObject()) {
            throw new Rejection("/parameters", "invalid_type", "expected an object, found " + changes);
        }
        JsonNode before = Json.parse(parent.parameters());
        ObjectNode after = ((ObjectNode) before).deepCopy();
        changes.properties().forEach(change -> after.set(change.getKey(), change.getValue()));
        String accepted = kind.acceptAgain(after, parent);
        refuseMeasuring(kind, before, Json.parse(accepted));
        return accepted;
    }

    private static void refuseMeasuring(Kind<?> kind, JsonNode before, JsonNode after) {
        var concluding = kind.experiment().concludingParameters();
        var names = new TreeSet<>(before.propertyNames());
        names.addAll(after.propertyNames());
        names.removeAll(concluding);
        List<Reason> reasons = new ArrayList<>();
        for (String name : names) {
            if (!Optional.ofNullable(before.get(name)).equals(Optional.ofNullable(after.get(name)))) {
                reasons.add(new Reason(
                        "/parameters/" + name,
                        "not_a_conclusion_setting",
                        "'" + name + "' changes what is measured; of " + kind.experiment().kind()
                                + " only these can be changed afterwards: "
                                + (concluding.isEmpty() ? "none" : String.join(", ", new TreeSet<>(concluding)))));
            }
        }
        if (!reasons.isEmpty()) {
            throw new Rejection(reasons);
        }
    }
}
