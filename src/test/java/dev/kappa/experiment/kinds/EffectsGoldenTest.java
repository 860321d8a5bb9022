package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.measure.Attribution;
import dev.kappa.experiment.measure.ExactEffects;
import dev.kappa.experiment.measure.IntegratedGradient;
import dev.kappa.experiment.measure.SequenceEntries;
import dev.kappa.experiment.measure.Suffix;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.ModelFolder;
import dev.kappa.sae.Activation;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeWeights;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Effects against those that {@code src/test/python/make_effects.py} had from autograd and from real passes. */
class EffectsGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/effects");
    private static final double NODE_THRESHOLD = 0.02;

    private final TensorFile golden = TensorFiles.open(FOLDER.resolve("effects.safetensors"));
    private final Scope scope = Scope.open(Device.cpu());
    private final DenseSae sae = DenseSae.of(
            SaeInput.plain(true),
            new Activation.Relu(),
            new SaeWeights(array("encoder"), array("encoder_bias"), array("decoder"), array("decoder_bias")));
    private final TestBench bench = TestBench.of(ModelFolder.open(FOLDER).load(Device.cpu()))
            .with("sae", sae)
            .withSequences(sequences())
            .withPairs(pairs());

    @AfterEach
    void close() {
        bench.close();
        scope.close();
        golden.close();
    }

    private NDArray array(String name) {
        long[] shape = golden.info(name).shape().stream().mapToLong(i -> i).toArray();
        return Tensors.of(scope, golden.floats(name), shape);
    }

    private int[][] ids(String name) {
        long[] ids = golden.longs(name);
        int length = golden.info(name).shape().get(1).intValue();
        int[][] rows = new int[ids.length / length][length];
        for (int i = 0; i < ids.length; i++) {
            rows[i / length][i % length] = (int) ids[i];
        }
        return rows;
    }

    private List<Sequence> sequences() {
        List<Sequence> sequences = new ArrayList<>();
        for (int[] row : ids("ids")) {
            sequences.add(new Sequence(sequences.size(), row));
        }
        return sequences;
    }

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        int[][] answers = ids("answers");
        for (int i = 0; i < answers.length; i++) {
            pairs.add(new Pair(i, ids("clean")[i], ids("patch")[i], answers[i][0], answers[i][1], ""));
        }
        return pairs;
    }

    private void assertClose(double[] actual, String name) {
        float[] expected = golden.floats(name);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(1e-4 * largest));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocks.0.hook_resid_post", "blocks.1.hook_mlp_out"})
    void effectsOfTakingFeaturesAwayAgree(String hook) {
        TaskMetric.Work work = TaskMetric.NEXT_TOKEN_LOSS.work(bench, 10).get(0);
        Suffix suffix = Suffix.of(scope, bench.model(), work.batch().tokens(scope), HookPoint.parse(hook));
        NDArray x = work.batch().countedRows(suffix.activation());
        SparseCode code = sae.encode(x);
        SequenceEntries entries = SequenceEntries.of(code, work.batch());
        NDArray end = IntegratedGradient.withoutFeatures(scope, work.batch(), sae, suffix.activation(), code);
        IntegratedGradient.Result gradients =
                IntegratedGradient.towards(end, scope, suffix, work.objective(), 10, () -> {});
        double[] exact = new ExactEffects(suffix, sae, work::objectiveOf, 5)
                .of(entries.groups().stream().map(entries::removal).toList(), () -> {});

        assertClose(table(entries, exact), hook + ".loss.exact");
        assertClose(table(entries, sums(entries, code, gradients.first())), hook + ".loss.attribution");
        assertClose(table(entries, sums(entries, code, gradients.mean())), hook + ".loss.integrated_gradients");
    }

    private double[] sums(SequenceEntries entries, SparseCode code, NDArray gradient) {
        float[] effects = Attribution.effects(scope, sae, code, Tensors.flat(gradient));
        return entries.groups().stream().mapToDouble(group -> group.sum(effects)).toArray();
    }

    /** [sequence, feature]. */
    private double[] table(SequenceEntries entries, double[] effects) {
        double[] table = new double[3 * sae.shape().width()];
        for (int i = 0; i < effects.length; i++) {
            SequenceEntries.Group group = entries.groups().get(i);
            table[group.sequence() * sae.shape().width() + group.latent()] = effects[i];
        }
        return table;
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocks.0.hook_resid_post", "blocks.1.hook_mlp_out"})
    void indirectEffectsOfFeaturesAndErrorAgree(String hook) {
        for (CircuitRecall.Method method : CircuitRecall.Method.values()) {
            IndirectEffects.Sums sums = reference(hook, method);
            String name = hook + ".pairs." + method.name().toLowerCase(Locale.ROOT);
            assertClose(Arrays.stream(sums.features()).map(sum -> sum / 4).toArray(), name);
            assertClose(new double[] {sums.error()[0] / 4}, name + ".error");
        }
    }

    private IndirectEffects.Sums reference(String hook, CircuitRecall.Method method) {
        IndirectEffects.Sums reference = new IndirectEffects.Sums(sae.shape().width());
        new IndirectEffects(parameters(hook, method), bench, new Place(hook, "sae"))
                .add(
                        TaskMetric.LOGIT_DIFFERENCE.work(bench, 10).get(0),
                        new IndirectEffects.Sums(sae.shape().width()),
                        reference,
                        () -> {});
        return reference;
    }

    private static CircuitRecall.Parameters parameters(String hook, CircuitRecall.Method method) {
        return new CircuitRecall.Parameters(
                "m", List.of(new Place(hook, "sae")), "c", 4, 6, method, NODE_THRESHOLD, 10, null, null, 10, 9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocks.0.hook_resid_post", "blocks.1.hook_mlp_out"})
    void whatACircuitKeepsAgrees(String hook) {
        IndirectEffects.Sums sums = reference(hook, CircuitRecall.Method.EXACT);
        Tally tally = new Tally()
                .put("pairs", 4)
                .put(hook + "/sae/reference", sums.features())
                .put(hook + "/sae/reference_error", sums.error());
        CircuitRecall.Parameters parameters = parameters(hook, CircuitRecall.Method.EXACT);
        Circuit circuit = Circuit.above(NODE_THRESHOLD, parameters, tally, "");
        CutOut cutOut = new CutOut(scope, parameters, bench, TaskMetric.LOGIT_DIFFERENCE.work(bench, 10).get(0));
        double nothing = cutOut.of(circuit.none(parameters.errors()));
        double whole = cutOut.ofModel() - nothing;
        assertKept((cutOut.of(circuit) - nothing) / whole, hook + ".faithfulness");
        assertKept((cutOut.of(circuit.complement(parameters.errors())) - nothing) / whole, hook + ".completeness");
    }

    private void assertKept(double actual, String name) {
        double expected = golden.floats(name)[0];
        assertThat(actual).as(name).isCloseTo(expected, within(1e-3 * Math.abs(expected)));
    }
}
