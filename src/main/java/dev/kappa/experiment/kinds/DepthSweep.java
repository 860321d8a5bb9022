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
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * κ and counts of causal features over the depth of a model, all from the same passes. Counts are taken with each
 * dictionary's own threshold, which forces them, with the smallest set that carries a share of all scores, and at
 * one threshold that all layers share.
 */
public final class DepthSweep implements Experiment<DepthSweep.Parameters> {
    /** What to measure, and on what. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @NotEmpty @Description("Hooks in order of depth, with or without a dictionary of their own")
                    List<@Valid Place> places,
            @NotBlank @Description("Id of a registered corpus: sequences, or pairs for the metrics of answers")
                    String corpus,
            @Min(2) @Max(10_000_000) @Description("Sequences or pairs to use") Integer sequences,
            @Min(2) @Max(1_000_000) @Description("Tokens in a sequence; for pairs the longest prefix") Integer length,
            @Description("Geometry of the output that is pulled back to the hooks") JacobianRank.Output output,
            @Min(1) @Max(256) @Description("Independent probes of each sequence; with output 'loss' there is one")
                    Integer probes,
            @Description("The scalar whose dependence on features is asked for") TaskMetric metric,
            @Description("How effects at single tokens become a feature's score") Aggregation aggregation,
            @DecimalMin("0") @DecimalMax("1")
                    @Description("Quantile of scores that is a layer's own threshold, and of the scores of all layers"
                            + " together the shared one")
                    Double q,
            @DecimalMin("0") @Description("The shared threshold, in units of the metric; by default that quantile")
                    Double tau,
            @DecimalMin("0") @DecimalMax("1") @Description("Share of the summed scores that the smallest set carries")
                    Double share,
            @Min(1) @Description("Tokens on which a feature must fire to count as represented") Integer minFires,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch) {
        public Parameters {
            sequences = sequences == null ? 200 : sequences;
            length = length == null ? 128 : length;
            output = output == null ? JacobianRank.Output.FISHER : output;
            probes = probes == null ? 1 : probes;
            metric = metric == null ? TaskMetric.NEXT_TOKEN_LOSS : metric;
            aggregation = aggregation == null ? Aggregation.TOKEN_MEAN_ABS : aggregation;
            q = q == null ? 0.98 : q;
            share = share == null ? 0.95 : share;
            minFires = minFires == null ? 1 : minFires;
            batch = batch == null ? 10 : batch;
        }

        Probes allProbes() {
            return new Probes(output, probes);
        }

        List<HookPoint> hooks() {
            return places.stream().map(Place::point).distinct().toList();
        }

        List<Place> withDictionary() {
            return places.stream().filter(place -> place.dictionary().isPresent()).distinct().toList();
        }
    }

    @Override
    public String kind() {
        return "depth_sweep";
    }

    @Override
    public String title() {
        return "Causal dimensionality and causal features by depth";
    }

    @Override
    public String answers() {
        return "How do causal dimensionality and the number of features that matter change from layer to layer? Says"
                + " which counts are forced by recalibrating each layer and what remains at one shared threshold.";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        List<Place> places = IntStream.range(0, 6)
                .mapToObj(layer -> HookPoint.residPost(layer).toString())
                .map(hook -> hook.equals(Bundled.HOOK) ? new Place(hook, Bundled.sae(8)) : Place.of(hook))
                .toList();
        return new Parameters(
                Bundled.MODEL,
                places,
                Bundled.CORPUS,
                200,
                128,
                JacobianRank.Output.FISHER,
                1,
                TaskMetric.NEXT_TOKEN_LOSS,
                Aggregation.TOKEN_MEAN_ABS,
                0.98,
                null,
                0.95,
                1,
                10);
    }

    @Override
    public Set<String> concludingParameters() {
        return Set.of("aggregation", "q", "tau", "share", "min_fires");
    }

    @Override
    public Needs needs(Parameters parameters) {
        return Needs.of(
                parameters.model(),
                Place.dictionaries(parameters.places()),
                parameters.corpus(),
                parameters.sequences(),
                parameters.length());
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        parameters.metric().check(shapes, parameters.corpus());
        Cost cost = Cost.of(shapes.architecture(), parameters.sequences(), parameters.length(), parameters.batch())
                .forward()
                .backward(1 + parameters.allProbes().count());
        for (Place place : parameters.places()) {
            place.check(shapes);
            double d = shapes.architecture().width(place.point());
            Optional<String> sae = place.dictionary();
            cost.flopsPerToken(2 * d * (d + sae.map(id -> shapes.sae(id).width()).orElse(0)));
        }
        return cost.plan(Math.min(20, parameters.sequences()));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        return new FeatureScoring(parameters.metric(), parameters.batch(), false)
                .measure(
                        parameters.withDictionary().stream()
                                .map(place -> new FeatureScoring.Subject(
                                        place.label(), place.point(), bench.sae(place.sae())))
                                .toList(),
                        new FeatureScoring.Geometry(parameters.hooks(), parameters.allProbes()),
                        block.seed(),
                        bench);
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        return new DepthFindings(parameters, tallies).findings();
    }
}
