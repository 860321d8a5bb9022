package dev.kappa.page;

import dev.kappa.experiment.Description;
import dev.kappa.experiment.Experiment;
import dev.kappa.page.FormSchema.Values;
import dev.kappa.run.Json;
import dev.kappa.run.ParameterSchema;
import dev.kappa.run.Run;
import dev.kappa.run.Submission;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form of one kind of experiment.
 *
 * @param general fields that every run has
 * @param elsewhere errors that belong to no field
 */
record RunForm(
        String kind,
        String title,
        String answers,
        List<Field> parameters,
        List<Field> general,
        List<String> elsewhere,
        boolean rejected) {
    private static final String PARAMETERS = "/parameters";
    private static final JsonNode GENERAL = Json.tree(ParameterSchema.of(General.class));

    /** What can be said of every run. */
    record General(
            @Description("Of every random draw: the same seed gives the same digits") Long seed,
            @Min(1) @Max(Submission.MOST_BLOCKS)
                    @Description("Into how many blocks the data are cut; the experiment says where this is empty")
                    Integer blocks,
            @Min(-Submission.HIGHEST_PRIORITY) @Max(Submission.HIGHEST_PRIORITY)
                    @Description("Runs of a higher priority go first")
                    Integer priority,
            @Min(1) @Max(Submission.LONGEST_DEADLINE)
                    @Description("The run fails where it has not ended so many seconds after its request")
                    Long deadlineSeconds,
            @Description("Your own notes, as name=value") List<String> labels) {}

    /** Filled with parameters, and with a run's other wishes where it repeats one. */
    static RunForm of(Experiment<?> kind, JsonNode parameters, Optional<Run> from) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.set("parameters", parameters);
        document.put("seed", from.map(Run::seed).orElse(0L));
        document.put("priority", from.map(Run::priority).orElse(0));
        from.ifPresent(run -> {
            document.put("blocks", run.blocks());
            run.deadlineSeconds().ifPresent(seconds -> document.put("deadline_seconds", seconds));
            ArrayNode labels = document.putArray("labels");
            run.labels().forEach((name, value) -> labels.add(name + "=" + value));
        });
        return form(kind, Values.of(document), FormErrors.NONE);
    }

    /** As it was sent, with what the server had against it. */
    static RunForm rejected(Experiment<?> kind, Map<String, String> texts, FormErrors errors) {
        return form(kind, Values.of(texts), errors);
    }

    private static RunForm form(Experiment<?> kind, Values values, FormErrors errors) {
        List<Field> parameters = FormSchema.fields(schema(kind), PARAMETERS, values, errors);
        List<Field> general = FormSchema.fields(GENERAL, "", values, errors);
        return new RunForm(
                kind.kind(), kind.title(), kind.answers(), parameters, general, errors.elsewhere(), !errors.isEmpty());
    }

    /** The request that the texts of a form amount to. */
    static ObjectNode body(Experiment<?> kind, Map<String, String> texts) {
        ObjectNode body = FormValues.object(GENERAL, "", texts);
        body.put("experiment", kind.kind());
        body.set("parameters", FormValues.object(schema(kind), PARAMETERS, texts));
        if (body.has("labels")) {
            body.set("labels", Json.tree(LabelLines.labels(texts.get("/labels"))));
        }
        return body;
    }

    private static JsonNode schema(Experiment<?> kind) {
        return Json.tree(ParameterSchema.of(kind.parameters()));
    }
}
