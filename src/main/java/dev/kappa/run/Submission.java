package dev.kappa.run;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A request for a run.
 *
 * @param parameters an object; what is missing takes the experiment's default
 * @param seed of every random draw; 0 where none is given
 * @param blocks into how many blocks the items are cut; the experiment's plan says where none is given
 * @param priority each step is worth a minute of waiting ({@code kappa.engine.order-step})
 * @param deadlineSeconds the run fails where it has not ended so long after its request
 * @param labels the user's own
 */
public record Submission(
        @NotBlank String experiment,
        JsonNode parameters,
        Long seed,
        @Min(1) @Max(MOST_BLOCKS) Integer blocks,
        @Min(-HIGHEST_PRIORITY) @Max(HIGHEST_PRIORITY) Integer priority,
        @Min(1) @Max(LONGEST_DEADLINE) Long deadlineSeconds,
        Map<@Pattern(regexp = Labels.NAME) String, @NotNull @Size(max = Labels.LONGEST_VALUE) String> labels) {
    public static final int MOST_BLOCKS = 10_000;
    public static final int HIGHEST_PRIORITY = 100;
    /** A year. */
    public static final long LONGEST_DEADLINE = 31_536_000;

    public Submission {
        parameters = parameters == null || parameters.isNull() ? JsonNodeFactory.instance.objectNode() : parameters;
        seed = seed == null ? 0L : seed;
        priority = priority == null ? 0 : priority;
        labels = labels == null ? Map.of() : labels;
    }
}
