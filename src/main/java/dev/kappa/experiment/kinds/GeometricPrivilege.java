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
import java.util.List;
import java.util.Set;

/**
 * How much of the output's dependence on a hook lies along decoder rows: the energy dᵀ A d / (‖d‖² tr A / width)
 * of features that move the metric, of features that do not, and of random directions, whose energy is 1 on
 * average. A is that of {@link JacobianRank}; attribution and A come from one forward pass.
 */
public final class GeometricPrivilege implements Experiment<GeometricPrivilege.Parameters> {
    /** What to measure, and on what. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @NotBlank @Description("Hook point of the dictionary, by TransformerLens name") String hook,
            @NotBlank @Description("Id of a registered dictionary of this hook") String sae,
            @NotBlank @Description("Id of a registered corpus: sequences, or pairs for the metrics of answers")
                    String corpus,
            @Min(2) @Max(10_000_000) @Description("Sequences or pairs to use") Integer sequences,
            @Min(2) @Max(1_000_000) @Description("Tokens in a sequence; for pairs the longest prefix") Integer length,
            @Description("Geometry of the output that is pulled back to the hook") JacobianRank.Output output,
            @Min(1) @Max(256) @Description("Independent probes of each sequence; with output 'loss' there is one")
                    Integer probes,
            @Description("The scalar that tells causal features from inert ones") TaskMetric metric,
            @Description("How effects at single tokens become a feature's score") Aggregation aggregation,
            @Valid @Description("How the threshold of causal features is found") Calibration calibration,
            @Min(1) @Description("Tokens on which a feature must fire to count as represented") Integer minFires,
            @Description("Also score a matched null, which the null calibration and later re-analyses read")
                    Boolean nullScores,
            @Min(2) @Max(1_000_000) @Description("Random directions to compare with") Integer directions,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch) {
        public Parameters {
            sequences = sequences == null ? 200 : sequences;
            length = length == null ? 128 : length;
            output = output == null ? JacobianRank.Output.FISHER : output;
            probes = probes == null ? 1 : probes;
            metric = metric == null ? TaskMetric.NEXT_TOKEN_LOSS : metric;
            aggregation = aggregation == null ? Aggregation.TOKEN_MEAN_ABS : aggregation;
            calibration = calibration == null ? Calibration.of(Calibration.Method.MASS) : calibration;
            minFires = minFires == null ? 1 : minFires;
            nullScores = nullScores == null ? calibration.method() == Calibration.Method.NULL : nullScores;
            directions = directions == null ? 1000 : directions;
            batch = batch == null ? 10 : batch;
        }

        Probes allProbes() {
            return new Probes(output, probes);
        }
    }

    @Override
    public String kind() {
        return "geometric_privilege";
    }

    @Override
    public String title() {
        return "Energy of features under the Jacobian";
    }

    @Override
    public String answers() {
        return "Do the features that matter point where the output is sensitive? Compares the energy of causal, inert"
                + " and random directions under the expected outer product of the Jacobian.";
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
                Bundled.sae(8),
                Bundled.CORPUS,
                200,
                128,
                JacobianRank.Output.FISHER,
                1,
                TaskMetric.NEXT_TOKEN_LOSS,
                Aggregation.TOKEN_MEAN_ABS,
                Calibration.of(Calibration.Method.MASS),
                1,
                false,
                1000,
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
                List.of(parameters.sae()),
                parameters.corpus(),
                parameters.sequences(),
                parameters.length());
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        parameters.metric().check(shapes, parameters.corpus());
        parameters.calibration().requireNull(parameters.nullScores());
        HookPoint hook = HookPoint.parse(parameters.hook());
        Widths.check(shapes, hook, parameters.sae());
        double d = shapes.sae(parameters.sae()).dIn();
        return Cost.of(shapes.architecture(), parameters.sequences(), parameters.length(), parameters.batch())
                .forward()
                .backward(1 + parameters.allProbes().count())
                .flopsPerToken(2 * d * d + 2 * d * shapes.sae(parameters.sae()).width())
                .plan(Math.min(20, parameters.sequences()));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        HookPoint hook = HookPoint.parse(parameters.hook());
        FeatureScoring.Subject subject =
                new FeatureScoring.Subject(parameters.sae(), hook, bench.sae(parameters.sae()));
        Tally tally = new FeatureScoring(
                        parameters.metric(),
                        parameters.batch(),
                        parameters.nullScores())
                .measure(
                        List.of(subject),
                        new FeatureScoring.Geometry(List.of(hook), parameters.allProbes()),
                        block.seed(),
                        bench);
        Energies energies = new Energies(tally.doubles(hook + "/outer_products"), bench.device());
        tally.put("energy/decoder", energies.ofDecoder(subject.sae()));
        tally.put("energy/random", energies.ofRandom(parameters.directions(), block.seed()));
        return tally;
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        return new PrivilegeFindings(parameters, tallies).findings();
    }
}
