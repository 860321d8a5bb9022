package dev.kappa.weights;

import ai.djl.ndarray.NDArray;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link TensorFile} over tensors that a format's reader has found and checked. */
final class TensorTable implements TensorFile {
    /** The longest array that every Java VM allocates. */
    private static final long LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final String file;
    private final Map<String, StoredTensor> stored;
    private final Map<String, TensorInfo> infos;
    private final Map<String, String> unsupported;
    private final Map<String, String> metadata;
    private final List<? extends AutoCloseable> resources;

    /** @param unsupported tensors that the file holds in a type that cannot be read, with that type */
    TensorTable(
            String file,
            Map<String, StoredTensor> stored,
            Map<String, String> unsupported,
            Map<String, String> metadata,
            List<? extends AutoCloseable> resources) {
        this.file = file;
        this.stored = stored;
        Map<String, TensorInfo> declared = new LinkedHashMap<>();
        stored.forEach((name, tensor) -> declared.put(name, tensor.info()));
        this.infos = Collections.unmodifiableMap(declared);
        this.unsupported = unsupported;
        this.metadata = Collections.unmodifiableMap(metadata);
        this.resources = resources;
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return infos;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public TensorInfo info(String name) {
        return find(name).info();
    }

    Map<String, String> unsupported() {
        return unsupported;
    }

    StoredTensor find(String name) {
        StoredTensor tensor = stored.get(name);
        if (tensor != null) {
            return tensor;
        }
        if (unsupported.containsKey(name)) {
            throw Fault.user("weights_unsupported", file + ": tensor '" + name + "' is stored as "
                    + unsupported.get(name) + "; f64, f32, f16, bf16, integers and booleans can be read");
        }
        throw Fault.user("tensor_missing", file + " has no tensor '" + name + "'; it has " + examples());
    }

    private String examples() {
        List<String> first = infos.keySet().stream().limit(8).toList();
        return first.isEmpty() ? "none" : first + (infos.size() > 8 ? " and " + (infos.size() - 8) + " more" : "");
    }

    @Override
    public NDArray load(String name, Scope scope) {
        StoredTensor tensor = floating(name);
        return NativeLoad.load(tensor, 0, tensor.info().elements(), tensor.info().shape(), scope);
    }

    @Override
    public NDArray loadRows(String name, long from, long to, Scope scope) {
        StoredTensor tensor = floating(name);
        List<Long> shape = tensor.info().shape();
        long rows = shape.isEmpty() ? 0 : shape.get(0);
        if (from < 0 || to < from || to > rows) {
            throw Fault.user("rows_out_of_range", file + ": rows " + from + " to " + to + " of tensor '" + name
                    + "' were asked for; its shape is " + shape);
        }
        List<Long> rowsShape = new ArrayList<>(shape);
        rowsShape.set(0, to - from);
        long row = tensor.info().rowElements();
        return NativeLoad.load(tensor, from * row, to * row, rowsShape, scope);
    }

    @Override
    public NDArray loadColumns(String name, long from, long to, Scope scope) {
        StoredTensor tensor = floating(name);
        List<Long> shape = tensor.info().shape();
        if (shape.size() != 2 || from < 0 || to < from || to > shape.get(1)) {
            throw Fault.user("columns_out_of_range", file + ": columns " + from + " to " + to + " of tensor '" + name
                    + "' were asked for; its shape is " + shape);
        }
        if (!tensor.elements().seekable()) {
            throw Fault.user("weights_unsupported", file + ": tensor '" + name + "' is compressed, so that its columns"
                    + " cannot be read without reading all of it");
        }
        return NativeLoad.loadColumns(tensor, from, to, scope);
    }

    @Override
    public float[] floats(String name) {
        StoredTensor tensor = floating(name);
        float[] values = new float[length(tensor)];
        Chunks.forEach(tensor, 0, values.length, (first, bytes) -> {
            int count = bytes.remaining() / tensor.info().type().bytes();
            Numbers.toFloats(tensor.info().type(), bytes, FloatBuffer.wrap(values, (int) first, count));
        });
        return values;
    }

    @Override
    public double[] doubles(String name) {
        StoredTensor tensor = floating(name);
        double[] values = new double[length(tensor)];
        Chunks.forEach(tensor, 0, values.length, (first, bytes) -> {
            for (int i = (int) first; bytes.hasRemaining(); i++) {
                values[i] = Numbers.nextDouble(tensor.info().type(), bytes);
            }
        });
        return values;
    }

    @Override
    public long[] longs(String name) {
        StoredTensor tensor = find(name);
        ElementType type = tensor.info().type();
        if (type.isFloating()) {
            throw Fault.user("tensor_type", file + ": tensor '" + name + "' is " + type + ", not an integer or boolean");
        }
        long[] values = new long[length(tensor)];
        Chunks.forEach(tensor, 0, values.length, (first, bytes) -> {
            for (int i = (int) first; bytes.hasRemaining(); i++) {
                values[i] = Numbers.nextLong(type, bytes);
                if (type == ElementType.U64 && values[i] < 0) {
                    throw Fault.user("weights_unsupported", file + ": tensor '" + name + "' holds "
                            + Long.toUnsignedString(values[i]) + "; at most " + Long.MAX_VALUE + " can be read");
                }
            }
        });
        return values;
    }

    private StoredTensor floating(String name) {
        StoredTensor tensor = find(name);
        if (!tensor.info().type().isFloating()) {
            throw Fault.user("tensor_type", file + ": tensor '" + name + "' is " + tensor.info().type()
                    + ", not f64, f32, f16 or bf16");
        }
        return tensor;
    }

    private int length(StoredTensor tensor) {
        long elements = tensor.info().elements();
        if (elements > LONGEST_ARRAY) {
            throw Fault.user("tensor_too_large", file + ": tensor '" + tensor.info().name() + "' has " + elements
                    + " elements; an array takes " + LONGEST_ARRAY + ", so load it or some of its rows natively");
        }
        return (int) elements;
    }

    @Override
    public void close() {
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw Fault.external("weights_unreadable", file + " cannot be closed: " + e, e);
            }
        }
    }
}
