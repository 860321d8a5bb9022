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
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.Sae;
import dev.kappa.tensor.Scope;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How many features count as causal when a dictionary's encoder, its decoder or both are random: orthonormal rows
 * in random directions, with the norms of the trained rows and the trained biases. A random encoder is measured
 * as it is ({@code raw}) and with its threshold moved until as many features fire as in the trained one
 * ({@code l0_matched}); where the activation itself fixes how many fire, the first is the second.
 */
public final class EncoderDecoderCells implements Experiment<EncoderDecoderCells.Parameters> {
    /** What to measure, and on what. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @NotBlank @Description("Hook point of the dictionary, by TransformerLens name") String hook,
            @NotBlank @Description("Id of a registered dictionary of this hook") String sae,
            @NotBlank @Description("Id of a registered corpus: sequences, or pairs for the metrics of answers")
                    String corpus,
            @Min(2) @Max(10_000_000) @Description("Sequences or pairs to use") Integer sequences,
            @Min(2) @Max(1_000_000) @Description("Tokens in a sequence; for pairs the longest prefix") Integer length,
            @Description("The scalar whose dependence on features is asked for") TaskMetric metric,
            @Description("How effects at single tokens become a feature's score") Aggregation aggregation,
            @Valid @Description("How the threshold is found in the trained dictionary; it then holds for all cells")
                    Calibration calibration,
            @Min(1) @Description("Tokens on which a feature must fire to count as represented") Integer minFires,
            @Description("Also score a matched null, which the null calibration and later re-analyses read")
                    Boolean nullScores,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch) {
        public Parameters {
            sequences = sequences == null ? 200 : sequences;
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
        return "encoder_decoder_cells";
    }

    @Override
    public String title() {
        return "Trained against random encoders and decoders";
    }

    @Override
    public String answers() {
        return "Does a count of causal features say anything about the dictionary? Counts again with a random encoder,"
                + " a random decoder, and both, at the threshold of the trained one.";
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
                TaskMetric.NEXT_TOKEN_LOSS,
                Aggregation.TOKEN_MEAN_ABS,
                Calibration.of(Calibration.Method.QUANTILE),
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
                List.of(parameters.sae()),
                parameters.corpus(),
                parameters.sequences(),
                parameters.length());
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        parameters.metric().check(shapes, parameters.corpus());
        parameters.calibration().requireNull(parameters.nullScores());
        Widths.check(shapes, HookPoint.parse(parameters.hook()), parameters.sae());
        double matrix = (double) shapes.sae(parameters.sae()).width() * shapes.sae(parameters.sae()).dIn();
        return Cost.of(shapes.architecture(), parameters.sequences(), parameters.length(), parameters.batch())
                .forward()
                .backward(1)
                .flopsPerToken(3 * 2.0 * matrix)
                // Two random matrices, and the columns that they are drawn as.
                .bytes((long) (2 * 4 * matrix))
                .plan(Math.min(20, parameters.sequences()));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        HookPoint hook = HookPoint.parse(parameters.hook());
        DenseSae trained = dense(parameters, bench.sae(parameters.sae()));
        try (Scope scope = Scope.open(bench.device())) {
            RandomParts random = new RandomParts(scope, trained, block.seed());
            DenseSae raw = random.withRandomEncoder();
            DenseSae randomDecoder = random.withRandomDecoder();
            List<FeatureScoring.Subject> subjects = new ArrayList<>();
            subjects.add(new FeatureScoring.Subject(Cell.TRAINED.label(), hook, trained, trained));
            subjects.add(new FeatureScoring.Subject(Cell.RANDOM_DECODER.label(), hook, trained, randomDecoder));
            subjects.add(new FeatureScoring.Subject(Cell.RANDOM_ENCODER.label(), hook, raw, trained));
            subjects.add(new FeatureScoring.Subject(Cell.RANDOM_BOTH.label(), hook, raw, randomDecoder));
            Tally tally = new Tally();
            if (MatchedSparsity.canMove(trained)) {
                List<TaskMetric.Work> work = parameters.metric().work(bench, parameters.batch());
                MatchedSparsity matched = MatchedSparsity.of(scope, trained, raw, work, hook, bench);
                subjects.add(new FeatureScoring.Subject(Cell.MATCHED_ENCODER.label(), hook, matched.sae(), trained));
                subjects.add(new FeatureScoring.Subject(Cell.MATCHED_BOTH.label(), hook, matched.sae(), randomDecoder));
                tally.put("matched_threshold", matched.threshold());
            }
            Tally scored = new FeatureScoring(
                            parameters.metric(),
                            parameters.batch(),
                            parameters.nullScores())
                    .measure(subjects, block.seed(), bench);
            scored.entries().forEach((name, entry) -> tally.put(name, entry.f64(), entry.shape()));
            return tally;
        }
    }

    private static DenseSae dense(Parameters parameters, Sae sae) {
        if (sae instanceof DenseSae dense) {
            return dense;
        }
        throw Fault.user(
                "dictionary_not_dense",
                "SAE '" + parameters.sae() + "' has no encoder matrix that could be replaced by a random one");
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        return new CellFindings(parameters, tallies).findings();
    }
}
