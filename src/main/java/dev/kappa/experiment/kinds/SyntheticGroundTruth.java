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
import dev.kappa.experiment.training.Kind;
import dev.kappa.experiment.training.Recipe;
import dev.kappa.fault.Fault;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import java.util.Set;

/**
 * Measurements where the answer is known. x = Σ z_k v_k + noise with sparse non-negative z and unit directions v; r of
 * the directions, orthonormal among themselves, are read: outputs y_j = w_j φ(⟨v_j, x⟩) with unit noise, so that
 * A = Σ_j w_j² E[φ'(⟨v_j, x⟩)²] v_j v_jᵀ, whose effective rank κ must find. A dictionary is trained on x in the
 * first half of the blocks; in the second half its features are scored by attribution patching of Σ y_j, and the
 * highest scores are compared with the directions that are really read.
 */
public final class SyntheticGroundTruth implements Experiment<SyntheticGroundTruth.Parameters> {
    /** What a reader makes of its direction's part of x. */
    public enum Nonlinearity {
        /** tanh u. */
        @JsonProperty("tanh")
        TANH,
        /** u: attribution is exact. */
        @JsonProperty("linear")
        LINEAR,
        /** u²/2: the slope is u itself. */
        @JsonProperty("square")
        SQUARE
    }

    /** What to make and to measure. */
    public record Parameters(
            @Min(2) @Max(8192) @Description("Length of x") Integer dimension,
            @Min(1) @Max(1_000_000) @Description("Directions that x is made of") Integer sources,
            @Min(1) @Max(8192) @Description("How many of them are read; at most the length of x") Integer readers,
            @DecimalMin("1e-6") @DecimalMax("1") @Description("Chance that a source is active in a sample")
                    Double activity,
            @DecimalMin("0") @Description("Standard deviation of the noise in each coordinate") Double noise,
            @DecimalMin("0") @DecimalMax("10")
                    @Description("Reader j has weight j to the power of minus this: 0 for equal weights")
                    Double decay,
            @Description("What a reader makes of its direction's part of x") Nonlinearity nonlinearity,
            @Min(4000) @Max(1_000_000_000) @Description("Samples of x; half of them train the dictionary")
                    Integer samples,
            @Min(1) @Max(4_194_304) @Description("Latents of the dictionary") Integer width,
            @Description("Which sparsity it is trained for") Kind activation,
            @Min(1) @Max(65_536) @Description("For topk and batchtopk: features that fire on a sample") Integer k,
            @DecimalMin("0") @Description("For standard and jumprelu: weight of the sparsity penalty") Double penalty,
            @DecimalMin("0") @Description("Highest learning rate of Adam") Double learningRate,
            @Min(1) @Max(1_000) @Description("Passes over the training samples") Integer epochs,
            @Min(1) @Max(1_048_576) @Description("Samples in one step") Integer rows,
            @Min(1) @Description("Features of the highest score that are compared; by default as many as are read")
                    Integer selected) {
        public Parameters {
            dimension = dimension == null ? 64 : dimension;
            sources = sources == null ? 128 : sources;
            readers = readers == null ? 16 : readers;
            activity = activity == null ? 0.04 : activity;
            noise = noise == null ? 0.02 : noise;
            decay = decay == null ? 0.0 : decay;
            nonlinearity = nonlinearity == null ? Nonlinearity.TANH : nonlinearity;
            samples = samples == null ? 200_000 : samples;
            width = width == null ? 256 : width;
            activation = activation == null ? Kind.TOPK : activation;
            k = k == null ? 8 : k;
            penalty = penalty == null ? (activation == Kind.STANDARD ? 0.5 : 0.1) : penalty;
            learningRate = learningRate == null ? 4e-3 : learningRate;
            epochs = epochs == null ? 4 : epochs;
            rows = rows == null ? 512 : rows;
            selected = selected == null ? Math.min(readers, width) : selected;
        }

        double weight(int reader) {
            return Math.pow(reader + 1, -decay);
        }

        /** @param blockRows samples of a block */
        int stepsInPass(int blockRows) {
            return Math.max(1, blockRows / rows);
        }

        /** @param steps of the whole training */
        Recipe recipe(int steps) {
            return new Recipe(activation, width, k, penalty, learningRate, steps, 20 * rows);
        }
    }

    @Override
    public String kind() {
        return "synthetic_ground_truth";
    }

    @Override
    public String title() {
        return "Planted directions";
    }

    @Override
    public String answers() {
        return "Do the measurements find what is there? Plants directions that an output reads, and reports how well κ"
                + " and the features that attribution picks from a trained dictionary recover them.";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        return new Parameters(
                64, 128, 16, 0.04, 0.02, 0.0, Nonlinearity.TANH, 200_000, 256, Kind.TOPK, 8, null, 4e-3, 4, 512, 16);
    }

    @Override
    public Set<String> concludingParameters() {
        return Set.of("selected");
    }

    @Override
    public Needs needs(Parameters parameters) {
        return Needs.nothing();
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        atMost("readers_exceed_dimension", "readers", parameters.readers(), "dimension", parameters.dimension());
        atMost("readers_exceed_sources", "readers", parameters.readers(), "sources", parameters.sources());
        atMost("k_exceeds_width", "k", parameters.k(), "width", parameters.width());
        atMost("selected_exceeds_width", "selected", parameters.selected(), "width", parameters.width());
        double matrix = (double) parameters.width() * parameters.dimension();
        double flops = parameters.samples()
                * (2.0 * parameters.sources() * parameters.dimension() + 12 * matrix * parameters.epochs());
        long blockRows = parameters.samples() / 20;
        long bytes = (long) (4
                * (6 * matrix
                        + 20.0 * parameters.rows() * parameters.width()
                        + (double) blockRows * (parameters.sources() + 4.0 * parameters.dimension())));
        // One block trains, and intervals need two that measure.
        return new Plan(20, 3, true, bytes, flops);
    }

    private static void atMost(String code, String name, int value, String ofName, int most) {
        if (value > most) {
            throw Fault.user(
                    code, name + " " + value + " exceeds " + ofName + " " + most + "; accepted: 1 to " + most);
        }
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        return new SyntheticMeasurement(parameters, block, bench).measure();
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        return new SyntheticFindings(parameters, tallies).findings();
    }
}
