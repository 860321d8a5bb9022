package dev.kappa.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.sae.format.Blueprint;
import dev.kappa.sae.format.Blueprint.Firing;
import dev.kappa.sae.format.Blueprint.Matrix;
import dev.kappa.sae.format.Folding;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.util.Optional;

/** Builds a dictionary from an open file: small arrays in Java first, then the large ones on the device. */
final class Assembly {
    private final Blueprint blueprint;
    private final TensorFile file;
    private final Scope scope;
    private final Folding.Parts parts;

    /** @param scope where the dictionary's arrays will live */
    Assembly(Blueprint blueprint, TensorFile file, Scope scope) {
        this.blueprint = blueprint;
        this.file = file;
        this.scope = scope;
        this.parts = new Folding.Parts(() -> new DecoderNorms(file, blueprint.decoder()).compute(), file::floats);
        parts.encoderBias = vector(blueprint.encoderBias(), blueprint.shape().width());
        parts.decoderBias = vector(blueprint.decoderBias(), blueprint.shape().dIn());
        parts.threshold = threshold();
        blueprint.folding().apply(parts);
    }

    private float[] vector(Optional<String> name, int length) {
        return name.map(this::vector).orElseGet(() -> new float[length]);
    }

    /** A NaN here would silence a latent or spoil every reconstruction, and is cheap to see. */
    private float[] vector(String name) {
        float[] values = file.floats(name);
        for (int i = 0; i < values.length; i++) {
            if (Float.isNaN(values[i])) {
                throw Fault.user("dictionary_malformed", blueprint.file().getFileName() + ": tensor '" + name
                        + "' is NaN at " + i + "; biases and thresholds must be numbers");
            }
        }
        return values;
    }

    private float[] threshold() {
        if (blueprint.firing() instanceof Firing.JumpRelu jump) {
            return vector(jump.threshold());
        }
        return blueprint.firing() instanceof Firing.Threshold one ? new float[] {one.value()} : null;
    }

    DenseSae resident() {
        return sae(new ResidentLatents(encoder(), decoder()), DenseSae.BUDGET);
    }

    DenseSae streamed(long budget, long chunk) {
        // Asking for no columns is refused where the matrix is compressed and a part costs as much as all.
        file.loadColumns(blueprint.encoder().name(), 0, 0, scope).close();
        file.loadColumns(blueprint.decoder().name(), 0, 0, scope).close();
        Latents latents = new FileLatents(
                file,
                blueprint.encoder(),
                factor(parts.encoderFactor),
                blueprint.decoder(),
                factor(parts.decoderFactor),
                blueprint.shape().dIn(),
                chunk);
        return sae(latents, budget);
    }

    private NDArray factor(float[] values) {
        return values == null ? null : column(values, scope);
    }

    private DenseSae sae(Latents latents, long budget) {
        DenseSae.Vectors vectors = new DenseSae.Vectors(
                array(parts.encoderBias),
                array(parts.decoderBias),
                blueprint.skip().map(name -> file.load(name, scope)));
        return new DenseSae(
                blueprint.shape(), blueprint.input(), activation(), latents, vectors, budget, scope);
    }

    private NDArray array(float[] values) {
        return scope.manager().create(values);
    }

    private Activation activation() {
        Firing firing = blueprint.firing();
        if (firing instanceof Firing.TopK top) {
            return new Activation.TopK(top.k());
        }
        if (firing instanceof Firing.GroupMax max) {
            return new Activation.GroupMax(max.groups());
        }
        if (firing instanceof Firing.Gated gated) {
            float[] scale = vector(gated.logScale());
            for (int i = 0; i < scale.length; i++) {
                scale[i] = (float) Math.exp(scale[i]);
            }
            return new Activation.Gated(array(scale), array(vector(gated.bias())));
        }
        return parts.threshold == null ? new Activation.Relu() : new Activation.JumpRelu(array(parts.threshold));
    }

    /** [width, dIn], as it is stored where nothing is folded into it. */
    private NDArray encoder() {
        Matrix matrix = blueprint.encoder();
        if (parts.encoderFactor == null) {
            NDArray stored = file.load(matrix.name(), scope);
            return matrix.transposed() ? stored.transpose() : stored;
        }
        try (Scope inner = scope.child()) {
            NDArray stored = file.load(matrix.name(), inner);
            NDArray rows = matrix.transposed() ? stored.transpose() : stored;
            return scope.keep(rows.mul(column(parts.encoderFactor, inner)));
        }
    }

    /** [width, dIn], contiguous, because single rows are taken from it. */
    private NDArray decoder() {
        Matrix matrix = blueprint.decoder();
        if (parts.decoderFactor == null && !matrix.transposed()) {
            return file.load(matrix.name(), scope);
        }
        int width = blueprint.shape().width();
        int dIn = blueprint.shape().dIn();
        try (Scope inner = scope.child()) {
            NDArray stored = file.load(matrix.name(), inner);
            NDArray rows = matrix.transposed() ? stored.transpose() : stored;
            NDArray scaled = parts.decoderFactor == null ? rows : rows.mul(column(parts.decoderFactor, inner));
            NDArray contiguous = scaled.flatten().reshape(width, dIn);
            // A single row or column is contiguous either way, and would go on sharing the file's memory.
            return scope.keep(width == 1 || dIn == 1 ? contiguous.duplicate() : contiguous);
        }
    }

    private static NDArray column(float[] factor, Scope scope) {
        return scope.manager().create(factor, new Shape(factor.length, 1));
    }

    /** Opens, builds and, where that fails, frees. */
    static DenseSae load(Blueprint blueprint, Device device) {
        Scope scope = Scope.open(device);
        try (TensorFile file = TensorFiles.open(blueprint.file())) {
            return new Assembly(blueprint, file, scope).resident();
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    /** The same, with the file left open. */
    static DenseSae stream(Blueprint blueprint, Device device, long budget, long chunk) {
        Scope scope = Scope.open(device);
        TensorFile file = null;
        try {
            file = TensorFiles.open(blueprint.file());
            return new Assembly(blueprint, file, scope).streamed(budget, chunk);
        } catch (RuntimeException | Error e) {
            scope.close();
            if (file != null) {
                file.close();
            }
            throw e;
        }
    }
}
