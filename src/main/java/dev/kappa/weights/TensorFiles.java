package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;

/** Opens tensor files of any known format. */
public final class TensorFiles {
    /** How torch before 1.6 begins: as the length of a safetensors header it would be too large. */
    private static final int BARE_PICKLE = 0x0a8a0280;

    private TensorFiles() {}

    /**
     * Opens a file and checks all that it declares, without reading its numbers:
     *
     * <ul>
     *   <li>{@code *.index.json}: a model in several files, read as one
     *   <li>{@code *.safetensors}
     *   <li>{@code *.npz}
     *   <li>{@code *.pt}, {@code *.pth}, {@code *.bin}: a checkpoint of {@code torch.save}
     *   <li>any other name: one of the last three, by its content
     * </ul>
     *
     * The file must not become shorter while it is open, nor while arrays that share its memory are
     * alive: reading such an array would end the process.
     */
    public static TensorFile open(Path path) {
        return name(path).endsWith(".index.json") ? ShardedIndex.open(path) : openOne(path);
    }

    static TensorTable openOne(Path path) {
        String name = name(path);
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return switch (extension) {
            case "safetensors" -> Safetensors.open(path);
            case "npz" -> Npz.open(path);
            case "pt", "pth", "bin" -> TorchCheckpoint.open(path);
            default -> openByContent(path);
        };
    }

    private static TensorTable openByContent(Path path) {
        boolean zip;
        boolean pickle;
        boolean arrays;
        try (FileBytes file = FileBytes.open(path)) {
            ByteBuffer start = file.bytes(0, (int) Math.min(4, file.size()));
            zip = start.remaining() == 4 && start.getInt(0) == 0x04034b50;
            pickle = start.remaining() == 4 && start.getInt(0) == BARE_PICKLE;
            arrays = zip && ZipIndex.read(file).keySet().stream().allMatch(entry -> entry.endsWith(".npy"));
        }
        if (arrays) {
            return Npz.open(path);
        }
        return zip || pickle ? TorchCheckpoint.open(path) : Safetensors.open(path);
    }

    private static String name(Path path) {
        return path.getFileName().toString().toLowerCase(Locale.ROOT);
    }
}
