package dev.kappa.experiment.kinds;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.ExactEffects;
import dev.kappa.experiment.measure.GradientPass;
import dev.kappa.experiment.measure.Objectives;
import dev.kappa.experiment.measure.SequenceEntries;
import dev.kappa.experiment.measure.Suffix;
import dev.kappa.experiment.measure.Values;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.ModelFolder;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeFolder;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Speed beside the textbook's form, on the bundled model, its dictionaries and its text. Prints; asserts nothing. */
@Tag("benchmark")
class SpeedBenchmarkTest {
    private static final Path BUNDLED = Path.of("src/main/resources/bundled");
    private static final HookPoint HOOK = HookPoint.parse(Bundled.HOOK);
    private static final int LENGTH = 128;
    private static final int ROUNDS = 5;

    private final TestBench bench = TestBench.of(
            ModelFolder.open(BUNDLED.resolve("models/" + Bundled.MODEL)).load(Device.cpu()));

    @AfterEach
    void close() {
        bench.close();
    }

    private static DenseSae sae(String id) {
        return SaeFolder.open(BUNDLED.resolve("saes/" + id)).load(Device.cpu());
    }

    private static List<Sequence> sequences(int count) {
        try (TensorFile file = TensorFiles.open(BUNDLED.resolve("corpora/" + Bundled.CORPUS + ".safetensors"))) {
            long[] ids = file.longs("tokens");
            List<Sequence> sequences = new ArrayList<>();
            for (int s = 0; s < count; s++) {
                sequences.add(new Sequence(s, Arrays.stream(ids, s * LENGTH, (s + 1) * LENGTH)
                        .mapToInt(id -> (int) id)
                        .toArray()));
            }
            return sequences;
        }
    }

    /** The quickest of some rounds each, turn by turn, after one that does not count. */
    private static double[] seconds(Runnable first, Runnable second) {
        double[] best = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        for (int round = 0; round <= ROUNDS; round++) {
            for (int i = 0; i < 2; i++) {
                long start = System.nanoTime();
                (i == 0 ? first : second).run();
                double taken = (System.nanoTime() - start) / 1e9;
                best[i] = round == 0 ? best[i] : Math.min(best[i], taken);
            }
        }
        return best;
    }

    @ParameterizedTest
    @CsvSource({
        "NEXT_TOKEN_LOSS, 16",
        "NEXT_TOKEN_LOSS, 64",
        "LOGIT_DIFFERENCE, 16",
        "LOGIT_DIFFERENCE, 64",
    })
    void exactEffectsOfTheFeaturesOfOneSequence(TaskMetric metric, int expansion) {
        try (DenseSae sae = sae(Bundled.sae(expansion))) {
            TaskMetric.Work work = work(metric);
            int[] firing = new int[1];
            int some = 20;
            double[] seconds = seconds(() -> firing[0] = exact(work, sae), () -> naive(work, sae, some));
            int width = sae.shape().width();
            double one = seconds[1] / some;
            System.out.printf(
                    "exact effects on %s, width %d: %.2f s for the %d features that fire, %.2f ms each; a full pass"
                            + " with one feature at zero %.1f ms: %.1f times faster than all features so, %.1f times"
                            + " than firing ones%n",
                    metric.name().toLowerCase(Locale.ROOT),
                    width,
                    seconds[0],
                    firing[0],
                    1e3 * seconds[0] / firing[0],
                    1e3 * one,
                    one * width / seconds[0],
                    one * firing[0] / seconds[0]);
        }
    }

    /** One sequence; where a metric reads pairs, two of its tokens are the answers. */
    private static TaskMetric.Work work(TaskMetric metric) {
        List<Sequence> one = sequences(1);
        int[] tokens = one.get(0).tokens();
        List<Pair> pairs = metric.readsPairs() ? List.of(new Pair(0, tokens, tokens, tokens[1], tokens[2], "any")) : List.of();
        return new TaskMetric.Work(metric, new Batch(one), pairs);
    }

    private int exact(TaskMetric.Work work, DenseSae sae) {
        Batch batch = work.batch();
        try (Scope inner = Scope.open(Device.cpu())) {
            Suffix suffix = Suffix.of(inner, bench.model(), batch.tokens(inner), HOOK);
            SequenceEntries entries =
                    SequenceEntries.of(sae.encode(batch.countedRows(suffix.activation())), batch);
            new ExactEffects(suffix, sae, work::objectiveOf, 16)
                    .of(entries.groups().stream().map(entries::removal).toList(), () -> {});
            return entries.groups().size();
        }
    }

    private void naive(TaskMetric.Work work, DenseSae sae, int features) {
        for (int feature = 0; feature < features; feature++) {
            int silenced = feature;
            try (Scope inner = Scope.open(Device.cpu())) {
                Values.of(
                        inner,
                        bench.model(),
                        work.batch().tokens(inner),
                        Hooks.none().with(HOOK, x -> without(sae, x, silenced)),
                        work.objective());
            }
        }
    }

    private static NDArray without(DenseSae sae, NDArray x, int feature) {
        NDArray rows = Tensors.flat(x);
        SparseCode code = sae.encode(rows);
        NDArray kept = code.latents().neq(feature).toType(DataType.FLOAT32, false);
        NDArray error = rows.sub(sae.decode(rows, code));
        NDArray changed = code.steps().mul(kept);
        return sae.decode(rows, new SparseCode(code.rows(), code.latents(), changed, changed, code.rowCount()))
                .add(error)
                .reshape(x.getShape());
    }

    @Test
    void aSweepOfSevenWidthsAgainstItsEncodesAndOnePass() {
        List<FeatureScoring.Subject> subjects = Bundled.saes().stream()
                .map(id -> new FeatureScoring.Subject(id, HOOK, sae(id)))
                .toList();
        bench.withSequences(sequences(10));
        double[] seconds = seconds(
                () -> new FeatureScoring(TaskMetric.NEXT_TOKEN_LOSS, 10, false).measure(subjects, 1, bench),
                () -> passAndEncodes(subjects));
        System.out.printf(
                "sweep of seven widths: %.3f s, its pass and encodes alone %.3f s: %.2f times%n",
                seconds[0], seconds[1], seconds[0] / seconds[1]);
        subjects.forEach(subject -> subject.sae().close());
    }

    private void passAndEncodes(List<FeatureScoring.Subject> subjects) {
        for (Batch batch : Batch.cut(bench.sequences(), 10)) {
            try (Scope scope = Scope.open(Device.cpu())) {
                GradientPass.Result pass = new GradientPass(scope, bench.model(), List.of(HOOK))
                        .run(batch.tokens(scope), Objectives.nextTokenLoss(batch));
                NDArray x = scope.keep(Tensors.flat(pass.activation(HOOK)));
                subjects.forEach(subject -> subject.sae().encode(x));
            }
        }
    }
}
