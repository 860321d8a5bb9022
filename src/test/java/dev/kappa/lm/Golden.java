package dev.kappa.lm;

import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Golden numbers of the reference implementation, under {@code src/test/resources/golden}. */
public final class Golden {
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private Golden() {}

    /** A file by its name, {@code logits-stories-neox}. */
    public static TensorFile file(String name) {
        return TensorFiles.open(ROOT.resolve(name + ".safetensors"));
    }

    /** The folders of tiny models of every family, each with its {@code golden.safetensors}. */
    public static List<Path> tinyModels() {
        try (Stream<Path> folders = Files.list(ROOT.resolve("tiny"))) {
            return folders.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tensor of token ids [batch, position] or [position], as a model takes them. */
    public static NDArray ids(TensorFile file, String name, Scope scope) {
        List<Long> shape = file.info(name).shape();
        long positions = shape.get(shape.size() - 1);
        long[] ids = file.longs(name);
        return Tensors.of(scope, ids, ids.length / positions, positions);
    }

    /** Largest difference of two arrays, as a fraction of the largest entry of the expected one. */
    public static double relativeError(float[] actual, float[] expected) {
        return absoluteError(actual, expected) / absoluteError(expected, new float[expected.length]);
    }

    /** Largest difference of two arrays; not a number where either is not. */
    public static double absoluteError(float[] actual, float[] expected) {
        if (actual.length != expected.length) {
            throw new AssertionError(actual.length + " numbers for " + expected.length);
        }
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
        }
        return largest;
    }
}
