package dev.kappa.comparison;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kappa.run.RunState;
import dev.kappa.stats.Interval;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Runs side by side. Every list that is parallel to the runs has their order.
 *
 * @param parameters those in which the runs differ
 * @param metrics a row for each name, version and dimensions that any of the runs has
 */
public record Comparison(List<Subject> runs, List<Parameter> parameters, List<Row> metrics, List<Warning> warnings) {
    /** A run that is compared. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Subject(
            String id,
            String experiment,
            Optional<String> parent,
            RunState state,
            long seed,
            Map<String, String> labels,
            Instant createdAt) {}

    /** @param values of each run; null where its kind has no such parameter */
    public record Parameter(String name, List<JsonNode> values) {}

    /** A number in all runs. */
    public record Row(String name, int version, String unit, Map<String, Object> dimensions, List<Cell> values) {}

    /**
     * A number in one run; only {@code run} is there where the run has no such number.
     *
     * @param difference from the value of the first run
     * @param differenceInterval as if the runs were independent, which is too wide where they read the same tokens
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Cell(
            String run,
            Optional<Double> value,
            Optional<Interval> interval,
            Optional<Long> n,
            Optional<List<String>> flags,
            Optional<Double> difference,
            Optional<Interval> differenceInterval) {
        static Cell missing(String run) {
            return new Cell(
                    run,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /**
     * What a reader must know before comparing.
     *
     * @param code stable, such as {@code forced_by_calibration}
     * @param metric its name, where it is about one
     * @param dimensions of that metric, where it is about one of several
     * @param runs that it is about
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Warning(
            String code,
            String detail,
            Optional<String> metric,
            Optional<Map<String, Object>> dimensions,
            List<String> runs) {
        /** The code of a warning that the threshold's rule makes a metric what it is. */
        public static final String FORCED_BY_CALIBRATION = "forced_by_calibration";
    }
}
