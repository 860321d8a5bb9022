package dev.kappa.weights;

import java.nio.file.Path;

/** Opens tensor files of any known format. */
public final class TensorFiles {
    private TensorFiles() {}

    /**
     * Opens a file and checks all that it declares. The file must not become shorter while it is open or
     * while arrays that share its memory are alive.
     */
    public static TensorFile open(Path path) {
        return Safetensors.open(path);
    }
}
