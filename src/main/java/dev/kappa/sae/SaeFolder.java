package dev.kappa.sae;

import ai.djl.Device;
import dev.kappa.sae.format.Blueprint;
import dev.kappa.sae.format.Releases;
import java.nio.file.Path;

/**
 * A folder with a dictionary of any published layout. Opening it reads the configuration and what the weight
 * file declares; no file stays open.
 */
public final class SaeFolder {
    private final Blueprint blueprint;

    private SaeFolder(Blueprint blueprint) {
        this.blueprint = blueprint;
    }

    /**
     * Finds the layout by the files that are there.
     *
     * <p>Faults: {@code unknown_dictionary_format} where no layout or several fit, {@code unsupported_dictionary}
     * for what would have to be guessed, {@code dictionary_malformed} and {@code tensor_missing} for files that
     * do not say what their layout promises.
     */
    public static SaeFolder open(Path folder, SaeOptions options) {
        return new SaeFolder(Releases.read(folder, options));
    }

    public static SaeFolder open(Path folder) {
        return open(folder, SaeOptions.none());
    }

    public SaeShape shape() {
        return blueprint.shape();
    }

    /**
     * Loads all weights onto a device. A bias or threshold that is no number is refused; the two matrices are not
     * searched for such. Where the decoder is stored by columns, both orders of it exist for a moment.
     */
    public DenseSae load(Device device) {
        return Assembly.load(blueprint, device);
    }

    /**
     * For a dictionary that does not fit a device: keeps the two matrices in their file and reads what each call needs.
     * A call costs a walk over the whole encoder, so it should bring thousands of activations.
     */
    public DenseSae stream(Device device) {
        return stream(device, DenseSae.BUDGET, FileLatents.CHUNK);
    }

    DenseSae stream(Device device, long budget, long chunk) {
        return Assembly.stream(blueprint, device, budget, chunk);
    }

    /** What a streamed dictionary takes of its device, beside what every call does. */
    public long streamedBytes() {
        SaeShape shape = blueprint.shape();
        return Float.BYTES * (4L * shape.width() + shape.dIn() + 2 * FileLatents.CHUNK);
    }
}
