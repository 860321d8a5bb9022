package dev.kappa.weights;

import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;
import java.util.Map;

/**
 * Named tensors of one file, or of several files read as one. Nothing is read before it is asked for, and
 * a tensor may be larger than 2 GiB. Arrays come out as f32, whatever floating type is stored.
 */
public interface TensorFile extends AutoCloseable {
    /** Every tensor by name, in the file's order. */
    Map<String, TensorInfo> tensors();

    /** Metadata strings of the file; empty where the format has none. */
    Map<String, String> metadata();

    /** A whole floating tensor as f32 in its shape; shares the mapped memory where that is possible. */
    NDArray load(String name, Scope scope);

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of a floating tensor as f32. */
    NDArray loadRows(String name, long from, long to, Scope scope);

    /** A floating tensor of at most 2³¹ − 9 elements. */
    float[] floats(String name);

    /** A floating tensor widened to f64. */
    double[] doubles(String name);

    /** An integer or boolean tensor. */
    long[] longs(String name);

    /** The tensor's declaration, or a fault {@code tensor_missing} that names it. */
    TensorInfo info(String name);

    @Override
    void close();
}
