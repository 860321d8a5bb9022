package dev.kappa.experiment.kinds;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Description;
import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Plan;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Tally;
import dev.kappa.fault.Fault;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.List;
import java.util.Optional;

/**
 * The features that carry an answer, on pairs of prefixes (Marks et al. 2024, "Sparse Feature Circuits"): indirect
 * effects of giving a feature the value it has in the patched prefix, by attribution and by a reference method; how
 * much of the reference circuit attribution finds; and how much of the model's behaviour the circuit alone keeps.
 *
 * <p>Every block measures effects. The circuit of the first half of the blocks goes along in the tallies, and the
 * second half measures it, so that it is judged on pairs it was not found on.
 */
public final class CircuitRecall implements Experiment<CircuitRecall.Parameters> {
    /** How the effects are measured that define the circuit. */
    public enum Method {
        /** Change of the feature times its gradient at the clean prefix. */
        @JsonProperty("attribution")
        ATTRIBUTION,
        /** Change times the mean gradient on the way from the clean to the patched activation. */
        @JsonProperty("integrated_gradients")
        INTEGRATED_GRADIENTS,
        /** One feature at one position at a time, by a real pass. */
        @JsonProperty("exact")
        EXACT
    }

    /** What becomes of the dictionaries' errors when a circuit is cut out. */
    public enum Errors {
        /** They stay where their own effect exceeds the threshold. */
        @JsonProperty("by_effect")
        BY_EFFECT,
        /** They stay. */
        @JsonProperty("kept")
        KEPT,
        /** They go. */
        @JsonProperty("removed")
        REMOVED
    }

    /** What stands in for a feature that is cut out. */
    public enum Replacement {
        /** Its mean over the patched prefixes of the batch, position by position. */
        @JsonProperty("patch_mean")
        PATCH_MEAN,
        /** Nothing. */
        @JsonProperty("zero")
        ZERO
    }

    /** What to measure, and on what. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @NotEmpty @Description("Hooks with their dictionaries, in the order in which the model reaches them")
                    List<@Valid Place> places,
            @NotBlank @Description("Id of a registered corpus of pairs") String corpus,
            @Min(4) @Max(10_000_000) @Description("Pairs to use") Integer pairs,
            @Min(1) @Max(1_000_000) @Description("Tokens of the longest prefix that is taken") Integer length,
            @Description("How the effects of the reference circuit are measured") Method method,
            @DecimalMin("0") @Description("Effect above which a feature belongs to the circuit, in logits")
                    Double nodeThreshold,
            @Min(1) @Max(1000) @Description("Gradients along the path of integrated gradients") Integer igSteps,
            @Description("What becomes of the dictionaries' errors when a circuit is cut out") Errors errors,
            @Description("What stands in for a feature that is cut out") Replacement replacement,
            @Min(1) @Max(4096) @Description("Pairs that go through the model together") Integer batch,
            @Min(1) @Max(65_536) @Description("Changed copies that go through the model together") Integer copies) {
        public Parameters {
            pairs = pairs == null ? 200 : pairs;
            length = length == null ? 64 : length;
            method = method == null ? Method.INTEGRATED_GRADIENTS : method;
            nodeThreshold = nodeThreshold == null ? 0.05 : nodeThreshold;
            igSteps = igSteps == null ? 10 : igSteps;
            errors = errors == null ? Errors.BY_EFFECT : errors;
            replacement = replacement == null ? Replacement.PATCH_MEAN : replacement;
            batch = batch == null ? 20 : batch;
            copies = copies == null ? 128 : copies;
        }
    }

    @Override
    public String kind() {
        return "circuit_recall";
    }

    @Override
    public String title() {
        return "Recall of the agreement circuit";
    }

    @Override
    public String answers() {
        return "Does attribution find the features that carry an answer? Compares it with a reference circuit on pairs"
                + " of prefixes, and says how much of the model's behaviour that circuit keeps.";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        return new Parameters(
                Bundled.MODEL,
                List.of(new Place(Bundled.HOOK, Bundled.sae(8))),
                Bundled.PAIRS,
                200,
                64,
                Method.EXACT,
                0.05,
                10,
                Errors.BY_EFFECT,
                Replacement.PATCH_MEAN,
                20,
                128);
    }

    @Override
    public Needs needs(Parameters parameters) {
        return new Needs(
                Optional.of(parameters.model()),
                Place.dictionaries(parameters.places()),
                Optional.of(new Needs.Items(parameters.corpus(), parameters.pairs(), parameters.length())));
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        shapes.requirePairs(parameters.corpus());
        double perToken = 0;
        double whole = shapes.architecture().parameterBytes() / 2.0;
        for (Place place : parameters.places()) {
            String id = place.dictionary()
                    .orElseThrow(() -> Fault.user(
                            "sae_missing",
                            "hook '" + place.hook() + "' has no dictionary, and a circuit is made of features"));
            place.check(shapes);
            perToken += 2 * whole * parameters.igSteps();
            // Without knowing the dictionary's sparsity: some sixty features change at a position.
            perToken += parameters.method() == Method.EXACT ? 60 * whole : 0;
            perToken += 2.0 * 12 * shapes.sae(id).width() * shapes.sae(id).dIn();
        }
        return Cost.of(
                        shapes.architecture(),
                        parameters.pairs(),
                        parameters.length(),
                        Math.max(parameters.batch(), parameters.copies()))
                .forward()
                .backward(1)
                .flopsPerToken(perToken)
                .sequentialPlan(Math.max(4, Math.min(20, parameters.pairs() / 10)));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        return new CircuitMeasurement(parameters, block, bench).measure();
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        return new CircuitFindings(parameters, tallies).findings();
    }
}
