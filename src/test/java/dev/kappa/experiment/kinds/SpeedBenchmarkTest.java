package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.RandomSaes;
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
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Speed beside the textbook's form of the same, on the bundled model. */
@Tag("benchmark")
class SpeedBenchmarkTest {
    private static final Path MODEL = Path.of("src/main/resources/bundled/models/stories-neox");
    private static final HookPoint HOOK = HookPoint.residPost(2);
    private static final int D = 128;
    private static final int LENGTH = 128;

    private final Scope scope = Scope.open(Device.cpu());
    private final TestBench bench = TestBench.of(ModelFolder.open(MODEL).load(Device.cpu()));

    @AfterEach
    void close() {
        bench.close();
        scope.close();
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** The middle of three, after one that does not count. */
    private static double median(Runnable work) {
        work.run();
        double[] times = {seconds(work), seconds(work), seconds(work)};
        Arrays.sort(times);
        return times[1];
    }

    @Test
    void exactEffectsOfOneSequence() {
        int width = 2048;
        DenseSae sae = RandomSaes.topK(scope, D, width, 16, 1);
        int[] tokens = new Random(3).ints(LENGTH, 0, 2048).toArray();
        bench.withSequences(List.of(new Sequence(0, tokens)));
        Batch batch = Batch.cut(bench.sequences(), 1).get(0);
        int[] firing = new int[1];
        double fast = median(() -> firing[0] = exact(batch, sae));
        int some = 20;
        double one = median(() -> naive(batch, sae, some)) / some;
        System.out.printf(
                "exact effects of one sequence: %d of %d features fire, %.2f s; one full pass each %.1f ms:"
                        + " %.1f times all features, %.1f times the firing ones%n",
                firing[0], width, fast, 1e3 * one, one * width / fast, one * firing[0] / fast);
        assertThat(one * width / fast).isGreaterThan(one * firing[0] / fast);
    }

    private int exact(Batch batch, DenseSae sae) {
        try (Scope inner = Scope.open(Device.cpu())) {
            Suffix suffix = Suffix.of(inner, bench.model(), batch.tokens(inner), HOOK);
            SequenceEntries entries =
                    SequenceEntries.of(sae.encode(batch.countedRows(suffix.activation())), batch);
            new ExactEffects(
                            suffix,
                            sae,
                            copies -> Objectives.nextTokenLoss(new Batch(Arrays.stream(copies)
                                    .mapToObj(batch.sequences()::get)
                                    .toList())),
                            16)
                    .of(entries.groups().stream().map(entries::removal).toList(), () -> {});
            return entries.groups().size();
        }
    }

    private void naive(Batch batch, DenseSae sae, int features) {
        for (int feature = 0; feature < features; feature++) {
            int silenced = feature;
            try (Scope inner = Scope.open(Device.cpu())) {
                Values.of(
                        inner,
                        bench.model(),
                        batch.tokens(inner),
                        Hooks.none().with(HOOK, x -> without(sae, x, silenced)),
                        Objectives.nextTokenLoss(batch));
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
        List<FeatureScoring.Subject> subjects = new ArrayList<>();
        for (int expansion = 1; expansion <= 64; expansion *= 2) {
            subjects.add(new FeatureScoring.Subject(
                    "x" + expansion, HOOK, RandomSaes.topK(scope, D, D * expansion, 16, expansion)));
        }
        bench.withSequences(20, LENGTH, 5);
        double sweep = median(() -> new FeatureScoring(TaskMetric.NEXT_TOKEN_LOSS, 10, false).measure(subjects, 1, bench));
        double parts = median(() -> {
            for (Batch batch : Batch.cut(bench.sequences(), 10)) {
                try (Scope inner = Scope.open(Device.cpu())) {
                    NDArray x = inner.keep(Tensors.flat(new GradientPass(inner, bench.model(), List.of(HOOK))
                            .run(batch.tokens(inner), Objectives.nextTokenLoss(batch))
                            .activation(HOOK)));
                    subjects.forEach(subject -> subject.sae().encode(x));
                }
            }
        });
        System.out.printf(
                "sweep of seven widths: %.2f s, its pass and encodes alone %.2f s: %.2f times%n",
                sweep, parts, sweep / parts);
        assertThat(sweep / parts).isLessThan(1.6);
    }
}
