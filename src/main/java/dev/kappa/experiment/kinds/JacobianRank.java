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
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.GradientPass;
import dev.kappa.experiment.measure.OuterProducts;
import dev.kappa.lm.HookPoint;
import dev.kappa.tensor.Scope;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * κ of the expected Jacobian outer product A = E[Σ Jᵀ W J] at one or many hooks, all from the same passes:
 * one backward pass of an independent probe gives g_t at every token, and A is the mean of g_t g_tᵀ. J is
 * never built.
 */
public final class JacobianRank implements Experiment<JacobianRank.Parameters> {
    /** Which geometry of the output W is pulled back. */
    public enum Output {
        /** diag(p) − ppᵀ: changes of the predicted distribution. */
        @JsonProperty("fisher")
        FISHER,
        /** I − 11ᵀ/V: changes of the raw logits. */
        @JsonProperty("logits")
        LOGITS,
        /** The sequence's own loss on its true tokens: the empirical Fisher, which is not the Fisher. */
        @JsonProperty("loss")
        LOSS
    }

    /** What to measure, and on what. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @NotEmpty @Description("Hook points by TransformerLens name; all are measured in the same passes")
                    List<String> hooks,
            @NotBlank @Description("Id of a registered corpus") String corpus,
            @Min(2) @Max(10_000_000) @Description("Sequences to use") Integer sequences,
            @Min(2) @Max(1_000_000) @Description("Tokens in a sequence") Integer length,
            @Description("Geometry of the output that is pulled back to the hook") Output output,
            @Min(1) @Max(256) @Description("Independent probes of each sequence; with output 'loss' there is one")
                    Integer probes,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch) {
        public Parameters {
            sequences = sequences == null ? 500 : sequences;
            length = length == null ? 128 : length;
            output = output == null ? Output.FISHER : output;
            probes = probes == null ? 1 : probes;
            batch = batch == null ? 10 : batch;
        }
    }

    @Override
    public String kind() {
        return "jacobian_rank";
    }

    @Override
    public String title() {
        return "Causal dimensionality from the Jacobian";
    }

    @Override
    public String answers() {
        return "How many directions at a hook does the model's output depend on? Measures the effective rank of the"
                + " expected outer product of the Jacobian, without any dictionary.";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        return new Parameters(
                Bundled.MODEL, List.of(Bundled.HOOK), Bundled.CORPUS, 500, 128, Output.FISHER, 1, 10);
    }

    @Override
    public Needs needs(Parameters parameters) {
        return Needs.of(
                parameters.model(), List.of(), parameters.corpus(), parameters.sequences(), parameters.length());
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        shapes.requireSequences(parameters.corpus());
        int widest = 0;
        for (HookPoint hook : hooks(parameters)) {
            widest = Math.max(widest, shapes.architecture().width(hook));
        }
        return Cost.of(shapes.architecture(), parameters.sequences(), parameters.length(), parameters.batch())
                .forward()
                .backward(probes(parameters).count())
                .flopsPerToken(2.0 * widest * widest * parameters.hooks().size())
                .plan(Math.min(20, parameters.sequences()));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        Map<HookPoint, OuterProducts> sums = new LinkedHashMap<>();
        for (HookPoint hook : hooks(parameters)) {
            sums.put(hook, new OuterProducts(bench.model().architecture().width(hook)));
        }
        List<Batch> batches = Batch.cut(bench.sequences(), parameters.batch());
        for (int i = 0; i < batches.size(); i++) {
            bench.progress((double) i / batches.size());
            add(parameters, block.seed(), batches.get(i), bench, sums);
        }
        Tally tally = new Tally();
        sums.forEach((hook, sum) -> sum.into(tally, hook + "/"));
        return tally;
    }

    private void add(
            Parameters parameters, long seed, Batch batch, Bench bench, Map<HookPoint, OuterProducts> sums) {
        Probes probes = probes(parameters);
        try (Scope scope = Scope.open(bench.device())) {
            GradientPass.Result pass = new GradientPass(scope, bench.model(), List.copyOf(sums.keySet()))
                    .run(batch.tokens(scope), probes.objectives(batch, seed));
            for (GradientPass.Backward backward : pass.backwards()) {
                sums.forEach((hook, sum) -> sum.add(probes.samples(batch, backward.gradients().get(hook))));
            }
        }
    }

    private static Probes probes(Parameters parameters) {
        return new Probes(parameters.output(), parameters.probes());
    }

    private static List<HookPoint> hooks(Parameters parameters) {
        return parameters.hooks().stream().map(HookPoint::parse).distinct().toList();
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        JacobianFindings findings = new JacobianFindings(probes(parameters).empirical());
        hooks(parameters).forEach(hook -> findings.add(hook.toString(), tallies));
        return findings.findings();
    }
}
