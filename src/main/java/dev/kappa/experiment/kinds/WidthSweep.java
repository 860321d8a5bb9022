package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Description;
import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Plan;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Aggregation;
import dev.kappa.lm.HookPoint;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * How many features a dictionary represents, and how many of those move the metric, as dictionaries of one
 * hook get wider: counts, wedge, and the saturating fit. One backward pass serves every width.
 */
public final class WidthSweep implements Experiment<WidthSweep.Parameters> {
    /** What to measure, and on what. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @NotBlank @Description("Hook point of all dictionaries, by TransformerLens name") String hook,
            @NotEmpty @Description("Ids of registered dictionaries of this hook") List<String> saes,
            @NotBlank @Description("Id of a registered corpus: sequences, or pairs for the metrics of answers")
                    String corpus,
            @Min(3) @Max(10_000_000) @Description("Sequences or pairs to use") Integer sequences,
            @Min(2) @Max(1_000_000) @Description("Tokens in a sequence; for pairs the longest prefix") Integer length,
            @Description("The scalar whose dependence on features is asked for") TaskMetric metric,
            @Description("How effects at single tokens become a feature's score") Aggregation aggregation,
            @Valid @Description("How the threshold of causal features is found") Calibration calibration,
            @Min(1) @Description("Tokens on which a feature must fire to count as represented") Integer minFires,
            @Description("Also score a matched null, which the null calibration and later re-analyses read")
                    Boolean nullScores,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch) {
        public Parameters {
            sequences = sequences == null ? 500 : sequences;
            length = length == null ? 128 : length;
            metric = metric == null ? TaskMetric.NEXT_TOKEN_LOSS : metric;
            aggregation = aggregation == null ? Aggregation.TOKEN_MEAN_ABS : aggregation;
            calibration = calibration == null ? Calibration.of(Calibration.Method.QUANTILE) : calibration;
            minFires = minFires == null ? 1 : minFires;
            nullScores = nullScores == null ? calibration.method() == Calibration.Method.NULL : nullScores;
            batch = batch == null ? 10 : batch;
        }
    }

    @Override
    public String kind() {
        return "width_sweep";
    }

    @Override
    public String title() {
        return "Features represented and features that matter, by dictionary width";
    }

    @Override
    public String answers() {
        return "As dictionaries get wider, does the number of features that move the output keep growing, or does it"
                + " saturate? Counts represented and causal features by attribution patching and fits a plateau.";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        return new Parameters(
                Bundled.MODEL,
                Bundled.HOOK,
                Bundled.saes(),
                Bundled.CORPUS,
                500,
                128,
                TaskMetric.NEXT_TOKEN_LOSS,
                Aggregation.TOKEN_MEAN_ABS,
                Calibration.of(Calibration.Method.MASS),
                1,
                false,
                10);
    }

    @Override
    public Set<String> concludingParameters() {
        return Set.of("calibration", "aggregation", "min_fires");
    }

    @Override
    public Needs needs(Parameters parameters) {
        return Needs.of(
                parameters.model(),
                parameters.saes(),
                parameters.corpus(),
                parameters.sequences(),
                parameters.length());
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        parameters.metric().check(shapes, parameters.corpus());
        parameters.calibration().requireNull(parameters.nullScores());
        Cost cost = Cost.of(shapes.architecture(), parameters.sequences(), parameters.length(), parameters.batch())
                .forward()
                .backward(1);
        HookPoint hook = HookPoint.parse(parameters.hook());
        for (String id : parameters.saes()) {
            Widths.check(shapes, hook, id);
            cost.flopsPerToken(2.0 * shapes.sae(id).width() * shapes.sae(id).dIn());
        }
        // The error of a count without a block is itself a jackknife, of the blocks that are left.
        return cost.leastBlocks(3).plan(Math.min(20, parameters.sequences()));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        HookPoint hook = HookPoint.parse(parameters.hook());
        return new FeatureScoring(parameters.metric(), parameters.batch(), parameters.nullScores())
                .measure(
                        parameters.saes().stream()
                                .distinct()
                                .map(id -> new FeatureScoring.Subject(id, hook, bench.sae(id)))
                                .toList(),
                        block.seed(),
                        bench);
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        List<String> narrowestFirst = parameters.saes().stream()
                .distinct()
                .sorted(Comparator.comparingInt((String id) -> shapes.sae(id).width())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        int dimension = shapes.architecture().width(HookPoint.parse(parameters.hook()));
        return new SweepFindings(parameters, dimension, narrowestFirst, tallies).findings();
    }
}
