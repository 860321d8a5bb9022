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
import dev.kappa.lm.HookPoint;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.util.List;

/**
 * Exact effects of taking features away, one by one, beside what attribution patching and integrated gradients
 * say of the same features. Exact effects cost a pass each, so that they are measured on a stratified sample:
 * the first block scores all features by attribution patching and fixes the sample (its highest scores for
 * certain, others at random), and every block measures that sample.
 */
public final class ExactAblation implements Experiment<ExactAblation.Parameters> {
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
            @Min(1) @Max(1_000_000)
                    @Description("Size of the reference set: the features of the highest exact effect. Twice as many"
                            + " of the highest attribution in the first block are in the sample for certain")
                    Integer k,
            @Min(0) @Max(1_000_000) @Description("Features drawn at random from the others") Integer others,
            @Min(1) @Max(1000) @Description("Gradients along the path of integrated gradients") Integer igSteps,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch,
            @Min(1) @Max(4096) @Description("Ablated copies that go through the model together") Integer copies) {
        public Parameters {
            sequences = sequences == null ? 40 : sequences;
            length = length == null ? 64 : length;
            metric = metric == null ? TaskMetric.NEXT_TOKEN_LOSS : metric;
            k = k == null ? 25 : k;
            others = others == null ? 75 : others;
            igSteps = igSteps == null ? 10 : igSteps;
            batch = batch == null ? 10 : batch;
            copies = copies == null ? 16 : copies;
        }
    }

    @Override
    public String kind() {
        return "exact_ablation";
    }

    @Override
    public String title() {
        return "Attribution against exact ablation";
    }

    @Override
    public String answers() {
        return "Does attribution patching find the features that really matter? Takes features away in real forward"
                + " passes and compares the effects, and their order, with attributed ones.";
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
                40,
                64,
                TaskMetric.NEXT_TOKEN_LOSS,
                25,
                75,
                10,
                10,
                16);
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
        HookPoint hook = HookPoint.parse(parameters.hook());
        Widths.check(shapes, hook, parameters.sae());
        int layers = shapes.architecture().layers();
        double suffix = (layers - Math.min(layers, hook.firstBlock()) + 1.0) / (layers + 1.0)
                * shapes.architecture().parameterBytes()
                / 2;
        int width = shapes.sae(parameters.sae()).width();
        double sample = Math.min(width, 2.0 * parameters.k() + parameters.others());
        // About half of a sample fires somewhere in a sequence.
        return Cost.of(
                        shapes.architecture(),
                        parameters.sequences(),
                        parameters.length(),
                        Math.max(parameters.batch(), parameters.copies()))
                .forward()
                .backward(1)
                .flopsPerToken(suffix * (2.0 * parameters.igSteps() + sample / 2))
                .flopsPerToken(2.0 * width * shapes.sae(parameters.sae()).dIn())
                .sequentialPlan(Math.min(20, parameters.sequences()));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        return new AblationMeasurement(parameters, bench).measure(block.seed());
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        return new AblationFindings(parameters, tallies).findings();
    }
}
