package dev.kappa.weights;

import ai.djl.ndarray.NDArray;
import dev.kappa.tensor.Scope;
import java.util.Map;

/**
 * Named tensors of one file, or of several files read as one. Nothing is read before it is asked for, and
 * a tensor may be larger than 2 GiB. Arrays come out as f32, whatever floating type is stored. May be used
 * by several threads at once.
 *
 * <p>Faults: {@code tensor_missing}, {@code tensor_type} (integers asked for as floats, or the reverse),
 * {@code tensor_too_large} (for a Java array), {@code rows_out_of_range}, {@code weights_unsupported} (a
 * type that cannot be read), {@code weights_malformed} (deflated numbers that do not match what the file
 * declares; all else has been checked when the file was opened), {@code weights_unreadable} and
 * {@code weights_changed} (the disk's fault).
 */
public interface TensorFile extends AutoCloseable {
    /** Every tensor by name, in the file's order. */
    Map<String, TensorInfo> tensors();

    /** Metadata strings of the file; empty where the format has none. */
    Map<String, String> metadata();

    /**
     * A whole floating tensor as f32 in its shape.
     *
     * <p>On the CPU, f32 of 64 KiB to 2 GiB that lies aligned and in order in the file is not copied: the
     * array is the file's own mapped memory. It and all views of it stay valid until {@code scope} closes,
     * whether or not this file is closed before. Such an array must never be written to in place, and the
     * file must not become shorter while it lives; both would end the process. All else is copied and
     * widened by several threads.
     */
    NDArray load(String name, Scope scope);

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of a floating tensor as f32, like {@link #load}. */
    NDArray loadRows(String name, long from, long to, Scope scope);

    /**
     * Columns {@code from} (inclusive) to {@code to} (exclusive) of a floating matrix as f32 [rows, to − from]. Compressed
     * tensors cannot be read so.
     */
    NDArray loadColumns(String name, long from, long to, Scope scope);

    /** A floating tensor of at most 2³¹ − 9 elements. */
    float[] floats(String name);

    /** A floating tensor widened to f64. */
    double[] doubles(String name);

    /** An integer or boolean tensor. */
    long[] longs(String name);

    /** The tensor's declaration, or a fault {@code tensor_missing} that names it. */
    TensorInfo info(String name);

    /** Closes the file; arrays that were loaded stay valid. */
    @Override
    void close();
}
