package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.util.Optional;

/**
 * The dictionary of every release: a linear encoder, an activation, a linear decoder.
 *
 * <pre>
 *   u = normalise(x) − [decoder bias]
 *   f = activation(encoder · u + encoder bias)
 *   x̂ = denormalise(Σ f_i · decoder_i + decoder bias) + [skip · x]
 * </pre>
 *
 * Whatever a release folds into its weights (norms of decoder rows, an average norm of activations) has been
 * folded when they were read.
 */
public final class DenseSae implements Sae {
    /** Pre-activations that exist at a time: 64 MiB. */
    static final long BUDGET = 1 << 24;

    private final SaeShape shape;
    private final SaeInput input;
    private final Activation activation;
    private final Latents latents;
    private final Vectors vectors;
    private final Encoder encoder;
    private final AutoCloseable owned;

    /** The small arrays. */
    record Vectors(NDArray encoderBias, NDArray decoderBias, Optional<NDArray> skip) {}

    /** @param owned closed with this */
    DenseSae(
            SaeShape shape,
            SaeInput input,
            Activation activation,
            Latents latents,
            Vectors vectors,
            long budget,
            AutoCloseable owned) {
        this.shape = shape;
        this.input = input;
        this.activation = activation;
        this.latents = latents;
        this.vectors = vectors;
        this.encoder = new Encoder(latents, vectors.encoderBias(), activation, budget);
        this.owned = owned;
    }

    /** A dictionary of arrays that someone else owns and keeps open while it is used. */
    public static DenseSae of(SaeShape shape, SaeInput input, Activation activation, SaeWeights weights) {
        return of(shape, input, activation, weights, BUDGET);
    }

    /** A dictionary that is no release's, of arrays that someone else owns. */
    public static DenseSae of(SaeInput input, Activation activation, SaeWeights weights) {
        return of(shapeOf(activation, weights), input, activation, weights);
    }

    static DenseSae of(SaeShape shape, SaeInput input, Activation activation, SaeWeights weights, long budget) {
        return of(shape, input, activation, weights, budget, () -> {});
    }

    static DenseSae of(
            SaeShape shape,
            SaeInput input,
            Activation activation,
            SaeWeights weights,
            long budget,
            AutoCloseable owned) {
        Latents latents = new ResidentLatents(weights.encoder(), weights.decoder());
        Vectors vectors = new Vectors(weights.encoderBias(), weights.decoderBias(), weights.skip());
        return new DenseSae(shape, input, activation, latents, vectors, budget, owned);
    }

    private static SaeShape shapeOf(Activation activation, SaeWeights weights) {
        long width = weights.decoder().getShape().get(0);
        long dIn = weights.decoder().getShape().get(1);
        long bytes = 4 * (2 * width * dIn + width + dIn);
        return new SaeShape("arrays", activation.name(), (int) dIn, (int) width, Optional.empty(), false, bytes);
    }

    @Override
    public SaeShape shape() {
        return shape;
    }

    public SaeInput input() {
        return input;
    }

    public Activation activation() {
        return activation;
    }

    /** The arrays themselves; only of a dictionary that is wholly on its device. */
    public SaeWeights weights() {
        if (latents instanceof ResidentLatents resident) {
            return new SaeWeights(
                    resident.encoder(), vectors.encoderBias(), resident.decoder(), vectors.decoderBias(), vectors.skip());
        }
        throw Fault.user(
                "dictionary_not_resident",
                "this needs all weights of a dictionary of width " + shape.width() + " on its device at once, but they"
                        + " are streamed from their file");
    }

    @Override
    public SparseCode encode(NDArray activations) {
        long rows = check(activations);
        try (Scope scope = Scope.within(activations)) {
            NDArray x = scope.keep(activations.stopGradient());
            SaeInput.Undo undo = input.undo(x);
            Entries found = encoder.encode(input.prepare(x, undo, vectors.decoderBias()), scope);
            NDArray steps = undo.scale() == null
                    ? found.values()
                    : found.values().mul(undo.scale().take(found.rows()));
            for (NDArray result : new NDArray[] {found.rows(), found.latents(), found.values(), steps}) {
                result.attach(activations.getManager());
            }
            return new SparseCode(found.rows(), found.latents(), found.values(), steps, rows);
        }
    }

    /** Reads the code's {@link SparseCode#steps()}, not its values. */
    @Override
    public NDArray decode(NDArray activations, SparseCode code) {
        check(activations);
        try (Scope scope = Scope.within(activations)) {
            NDArray x = scope.keep(activations.stopGradient());
            NDArray sum = scope.keep(latents.sum(code));
            NDArray rebuilt = sum.add(SaeInput.rest(vectors.decoderBias(), input.undo(x)));
            NDArray result = vectors.skip().map(skip -> rebuilt.add(x.matMul(transposed(skip, scope)))).orElse(rebuilt);
            result.attach(activations.getManager());
            return result;
        }
    }

    private static NDArray transposed(NDArray matrix, Scope scope) {
        return scope.keep(matrix.transpose());
    }

    @Override
    public NDArray decoderRows(NDArray latents) {
        return this.latents.decoder(latents);
    }

    private long check(NDArray activations) {
        var given = activations.getShape();
        if (given.dimension() != 2 || given.get(1) != shape.dIn() || activations.getDataType() != DataType.FLOAT32) {
            throw Fault.internal(
                    "activation_shape",
                    "activations are " + activations.getDataType() + " " + given + "; this dictionary takes FLOAT32 (rows, "
                            + shape.dIn() + ")",
                    null);
        }
        return given.get(0);
    }

    @Override
    public void close() {
        try {
            latents.close();
            owned.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw Fault.internal("dictionary_not_closed", "a dictionary cannot be closed: " + e, e);
        }
    }
}
