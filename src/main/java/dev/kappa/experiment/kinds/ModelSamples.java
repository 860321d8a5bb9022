package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Artifact;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Description;
import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Plan;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Draws;
import dev.kappa.fault.Fault;
import dev.kappa.lm.Hooks;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The model's own sequences, sampled token by token: a corpus for measuring a model where no data set is at
 * hand. Sequence i depends on the seed and on i alone.
 */
public final class ModelSamples implements Experiment<ModelSamples.Parameters> {
    /** What to sample. */
    public record Parameters(
            @NotBlank @Description("Id of a registered model") String model,
            @Min(1) @Max(1_000_000) @Description("Sequences to sample") Integer sequences,
            @Min(2) @Max(1_000_000) @Description("Tokens in a sequence, the first included") Integer length,
            @Min(0) @Description("Id of the first token of every sequence: the model's separator or start token")
                    Integer firstToken,
            @DecimalMin("0.01") @Description("Logits are divided by it before a token is drawn") Double temperature,
            @Min(1) @Max(4096) @Description("Sequences that go through the model together") Integer batch) {
        public Parameters {
            sequences = sequences == null ? 500 : sequences;
            length = length == null ? 128 : length;
            firstToken = firstToken == null ? 0 : firstToken;
            temperature = temperature == null ? 1.0 : temperature;
            batch = batch == null ? 64 : batch;
        }
    }

    @Override
    public String kind() {
        return "model_samples";
    }

    @Override
    public String title() {
        return "Sample a corpus from the model";
    }

    @Override
    public String answers() {
        return "What does the model itself write? Samples sequences, which other experiments can use as their corpus.";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        return new Parameters(Bundled.MODEL, 64, 64, 0, 1.0, 64);
    }

    @Override
    public Needs needs(Parameters parameters) {
        return new Needs(Optional.of(parameters.model()), List.of(), Optional.empty());
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        int context = shapes.architecture().contextLength();
        if (parameters.length() > context) {
            throw Fault.user(
                    "sequence_too_long",
                    "length " + parameters.length() + " exceeds the model's context; accepted: 2 to " + context);
        }
        if (parameters.firstToken() >= shapes.architecture().vocabulary()) {
            throw Fault.user(
                    "token_out_of_range",
                    "first_token " + parameters.firstToken() + " is not in the vocabulary; accepted: 0 to "
                            + (shapes.architecture().vocabulary() - 1));
        }
        return Cost.of(shapes.architecture(), parameters.sequences(), parameters.length(), parameters.batch())
                .flopsPerToken(shapes.architecture().parameterBytes() / 4.0 * parameters.length())
                .forward()
                .leastBlocks(1)
                .plan(Math.min(20, parameters.sequences()));
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        int from = block.share(parameters.sequences(), block.index());
        int to = block.share(parameters.sequences(), block.index() + 1);
        double[] tokens = new double[(to - from) * parameters.length()];
        for (int start = from; start < to; start += parameters.batch()) {
            int end = Math.min(to, start + parameters.batch());
            long[][] sampled = sample(parameters, block.seed(), start, end, bench);
            for (int i = 0; i < sampled.length; i++) {
                for (int t = 0; t < parameters.length(); t++) {
                    tokens[(start - from + i) * parameters.length() + t] = sampled[i][t];
                }
            }
        }
        return new Tally().put("tokens", tokens, to - from, parameters.length());
    }

    /** The whole prefix goes through the model again for each token: simple, and done once for a corpus. */
    private static long[][] sample(Parameters parameters, long seed, int from, int to, Bench bench) {
        long[][] tokens = new long[to - from][parameters.length()];
        SplittableRandom[] randoms = IntStream.range(from, to)
                .mapToObj(i -> Draws.of(seed, i, "sample"))
                .toArray(SplittableRandom[]::new);
        for (long[] sequence : tokens) {
            sequence[0] = parameters.firstToken();
        }
        for (int length = 1; length < parameters.length(); length++) {
            bench.progress((double) length / parameters.length());
            float[][] cumulative = cumulative(tokens, length, parameters.temperature(), bench);
            for (int i = 0; i < tokens.length; i++) {
                tokens[i][length] = draw(cumulative[i], randoms[i].nextDouble());
            }
        }
        return tokens;
    }

    private static float[][] cumulative(long[][] tokens, int length, double temperature, Bench bench) {
        try (Scope scope = Scope.open(bench.device())) {
            long[] flat = Arrays.stream(tokens).flatMapToLong(row -> Arrays.stream(row, 0, length)).toArray();
            NDArray ids = Tensors.of(scope, flat, tokens.length, length);
            NDArray residual = bench.model().blocks(
                    bench.model().embed(ids, Hooks.none()), 0, bench.model().architecture().layers(), Hooks.none());
            NDArray logits = bench.model().logits(residual.get(":, -1"));
            float[] sums = logits.div(temperature).softmax(-1).cumSum(1).toFloatArray();
            int vocabulary = sums.length / tokens.length;
            return IntStream.range(0, tokens.length)
                    .mapToObj(i -> Arrays.copyOfRange(sums, i * vocabulary, (i + 1) * vocabulary))
                    .toArray(float[][]::new);
        }
    }

    /** The first token whose cumulative probability exceeds a uniform number. */
    private static int draw(float[] cumulative, double uniform) {
        double scaled = uniform * cumulative[cumulative.length - 1];
        int low = 0;
        int high = cumulative.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulative[middle] > scaled) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        long[] tokens = tallies.stream()
                .flatMapToDouble(tally -> Arrays.stream(tally.doubles("tokens")))
                .mapToLong(Math::round)
                .toArray();
        long distinct = Arrays.stream(tokens).distinct().count();
        Metrics metrics = new Metrics();
        metrics.add("distinct_tokens", distinct, tokens.length);
        byte[] file = SafetensorsWriter.toBytes(
                Map.of("tokens", TensorData.i64(tokens, parameters.sequences(), parameters.length())),
                Map.of(
                        "model", parameters.model(),
                        "temperature", String.valueOf(parameters.temperature())));
        return new Findings(
                metrics.list(),
                List.of(),
                List.of(),
                List.of(new Artifact("corpus", "corpus", Map.of("tokens.safetensors", file))));
    }
}
