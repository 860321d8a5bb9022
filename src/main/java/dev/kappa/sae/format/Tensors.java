package dev.kappa.sae.format;

import dev.kappa.fault.Fault;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import dev.kappa.weights.TensorInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What a release's weight file declares, checked against what is expected. */
final class Tensors implements AutoCloseable {
    private final Path path;
    private final TensorFile file;

    private Tensors(Path path, TensorFile file) {
        this.path = path;
        this.file = file;
    }

    static Tensors open(Path path) {
        return new Tensors(path, TensorFiles.open(path));
    }

    boolean has(String name) {
        return file.tensors().containsKey(name);
    }

    TensorFile file() {
        return file;
    }

    /** Both sizes of a matrix. */
    int[] matrix(String name) {
        TensorInfo info = file.info(name);
        if (info.shape().size() != 2 || info.shape().stream().anyMatch(size -> size < 1 || size > Integer.MAX_VALUE)) {
            throw wrong(info, "a matrix");
        }
        return new int[] {info.shape().get(0).intValue(), info.shape().get(1).intValue()};
    }

    void expect(String name, long... shape) {
        TensorInfo info = file.info(name);
        List<Long> wanted = Arrays.stream(shape).boxed().toList();
        if (!info.shape().equals(wanted)) {
            throw wrong(info, wanted.toString());
        }
        if (!info.type().isFloating()) {
            throw Fault.user("dictionary_malformed", path.getFileName() + ": tensor '" + name + "' is " + info.type()
                    + "; it must be of floating type");
        }
    }

    private Fault wrong(TensorInfo info, String wanted) {
        return Fault.user("dictionary_malformed", path.getFileName() + ": tensor '" + info.name() + "' has shape "
                + info.shape() + "; expected " + wanted);
    }

    @Override
    public void close() {
        file.close();
    }
}
