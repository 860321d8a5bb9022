package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
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
import dev.kappa.experiment.measure.Activations;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.experiment.training.Kind;
import dev.kappa.experiment.training.Recipe;
import dev.kappa.experiment.training.SaeTrainer;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import dev.kappa.weights.ElementType;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Trains a dictionary on a hook's activations. Blocks follow one another: each starts from the checkpoint of
 * the one before, and the last does not train but measures the dictionary on sequences it has not seen. The
 * dictionary is an artifact in SAELens layout.
 */
public final class SaeTraining implements Experiment<SaeTraining.Parameters> {
    /** Types of stored weights. */
    public enum Storage {
        @JsonProperty("float32")
        FLOAT32(ElementType.F32),
        @JsonProperty("float16")
        FLOAT16(ElementType.F16);

        private final ElementType type;

        Storage(ElementType type) {
            this.type = type;
        }

        ElementType type() {
            return type;
        }
    }

    /** What to train, and on what. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @NotBlank @Description("Hook point whose activations are encoded, by TransformerLens name") String hook,
            @NotBlank @Description("Id of a registered corpus") String corpus,
            @Min(2) @Max(10_000_000) @Description("Sequences to use; the last block's are held out") Integer sequences,
            @Min(2) @Max(1_000_000) @Description("Tokens in a sequence") Integer length,
            @Min(1) @Max(4_194_304) @Description("Latents of the dictionary") Integer width,
            @Description("Which sparsity it is trained for") Kind activation,
            @Min(1) @Max(65_536) @Description("For topk and batchtopk: features that fire on a token") Integer k,
            @DecimalMin("0") @Description("For standard and jumprelu: weight of the sparsity penalty") Double penalty,
            @DecimalMin("0") @Description("Highest learning rate of Adam") Double learningRate,
            @Min(1) @Max(1_000) @Description("Passes over each block's activations") Integer epochs,
            @Min(1) @Max(1_048_576) @Description("Activations in one step") Integer rows,
            @Min(1) @Description("Tokens without firing after which a latent is dead") Integer deadAfter,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch,
            @Description("How the dictionary's files store its weights") Storage storage) {
        public Parameters {
            storage = storage == null ? Storage.FLOAT32 : storage;
            sequences = sequences == null ? 500 : sequences;
            length = length == null ? 128 : length;
            width = width == null ? 1024 : width;
            activation = activation == null ? Kind.TOPK : activation;
            k = k == null ? 16 : k;
            penalty = penalty == null ? (activation == Kind.STANDARD ? 0.5 : 0.1) : penalty;
            learningRate = learningRate == null ? 1e-3 : learningRate;
            epochs = epochs == null ? 1 : epochs;
            rows = rows == null ? 1024 : rows;
            deadAfter = deadAfter == null ? 50_000 : deadAfter;
            batch = batch == null ? 16 : batch;
        }
    }

    @Override
    public String kind() {
        return "sae_training";
    }

    @Override
    public String title() {
        return "Train a sparse autoencoder";
    }

    @Override
    public String answers() {
        return "Which sparse dictionary explains a hook's activations? Trains one and reports on held-out sequences how"
                + " sparse it is, how much variance it leaves unexplained, and how much of the model's loss it recovers.";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        return new Parameters(
                Bundled.MODEL, Bundled.HOOK, Bundled.CORPUS, 500, 128, 512, Kind.TOPK, 16, null, 1e-3, 2, 1024, null, 16, null);
    }

    @Override
    public Needs needs(Parameters parameters) {
        return Needs.of(
                parameters.model(), List.of(), parameters.corpus(), parameters.sequences(), parameters.length());
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        shapes.requireSequences(parameters.corpus());
        int d = shapes.architecture().width(HookPoint.parse(parameters.hook()));
        if (parameters.k() > parameters.width()) {
            throw Fault.user(
                    "k_exceeds_width",
                    "k " + parameters.k() + " exceeds the dictionary's width " + parameters.width() + "; accepted: 1 to "
                            + parameters.width());
        }
        long blockRows = (long) parameters.sequences() * parameters.length();
        return Cost.of(shapes.architecture(), parameters.sequences(), parameters.length(), parameters.batch())
                .forward()
                .flopsPerToken(12.0 * parameters.epochs() * parameters.width() * d)
                .bytes(4L * (6L * parameters.width() * d + 20L * parameters.rows() * parameters.width() + blockRows * d))
                .sequentialPlan(Math.max(2, Math.min(20, parameters.sequences())));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        try (Scope scope = Scope.open(bench.device())) {
            NDArray activations = activations(scope, parameters, bench);
            Recipe recipe = recipe(
                    parameters, (int) (parameters.epochs() * stepsInPass(parameters, activations) * (block.of() - 1)));
            SaeTrainer trainer = bench.previous()
                    .map(checkpoint -> SaeTrainer.resume(scope, recipe, checkpoint))
                    .orElseGet(() -> SaeTrainer.first(scope, recipe, activations, block.seed()));
            HookPoint hook = HookPoint.parse(parameters.hook());
            Tally tally = new Tally();
            if (block.index() < block.of() - 1) {
                tally.put("squared_error", train(scope, trainer, parameters, block, activations, bench));
            } else {
                new SaeEvaluation(trainer.dictionary(hook), hook, parameters.batch())
                        .measure(bench)
                        .into(tally);
            }
            trainer.save(tally);
            return tally;
        }
    }

    /** @param steps of the whole training */
    static Recipe recipe(Parameters parameters, int steps) {
        return new Recipe(
                parameters.activation(),
                parameters.width(),
                parameters.k(),
                parameters.penalty(),
                parameters.learningRate(),
                steps,
                parameters.deadAfter());
    }

    private static NDArray activations(Scope scope, Parameters parameters, Bench bench) {
        NDList rows = new NDList();
        HookPoint hook = HookPoint.parse(parameters.hook());
        for (Batch batch : Batch.cut(bench.sequences(), parameters.batch())) {
            bench.progress(0);
            try (Scope inner = scope.child()) {
                NDArray x = Activations.at(inner, bench.model(), batch.tokens(inner), hook);
                rows.add(scope.keep(batch.countedRows(x).duplicate()));
            }
        }
        return NDArrays.concat(rows, 0);
    }

    private static long stepsInPass(Parameters parameters, NDArray activations) {
        return Math.max(1, activations.getShape().get(0) / parameters.rows());
    }

    /** Passes over the block's activations in seeded order; the mean squared error of the last pass. */
    private static double train(
            Scope scope, SaeTrainer trainer, Parameters parameters, Block block, NDArray activations, Bench bench) {
        int steps = (int) stepsInPass(parameters, activations);
        double error = Double.NaN;
        for (int epoch = 0; epoch < parameters.epochs(); epoch++) {
            long[] order = shuffled((int) activations.getShape().get(0), block, epoch);
            error = 0;
            for (int step = 0; step < steps; step++) {
                bench.progress((epoch + (double) step / steps) / parameters.epochs());
                int from = (int) ((long) order.length * step / steps);
                int to = (int) ((long) order.length * (step + 1) / steps);
                try (Scope inner = scope.child()) {
                    long[] picked = Arrays.copyOfRange(order, from, to);
                    NDArray rows = Tensors.rows(activations, Tensors.of(inner, picked, picked.length));
                    error += trainer.step(rows) / steps;
                }
            }
        }
        return error;
    }

    private static long[] shuffled(int count, Block block, int epoch) {
        SplittableRandom random = Draws.of(block.seed(), block.index(), "shuffle " + epoch);
        long[] order = new long[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        return new TrainingFindings(parameters, tallies).findings();
    }
}
