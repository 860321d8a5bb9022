package dev.kappa.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Elements of a floating tensor to a native f32 array.
 *
 * <ol>
 *   <li>f32 that lies side by side in the file becomes an array over the file's own mapped memory.
 *   <li>All else is widened into memory of libtorch's own, in pieces that a Java buffer can address, so
 *       that there is no limit of 2 GiB.
 *   <li>For a device that is not the CPU, the array is then moved there.
 * </ol>
 *
 * Arrays of type bf16 are never made: DJL aborts the process when it meets one.
 */
final class NativeLoad {
    /** Bytes below which a mapping costs more than a copy. */
    static final long WORTH_MAPPING = 1 << 16;

    /** Elements of one piece: 1 GiB of f32, a multiple of {@link Chunks#CHUNK}. */
    static final long PIECE = 1L << 28;

    private NativeLoad() {}

    static NDArray load(StoredTensor tensor, long from, long to, List<Long> dimensions, Scope scope) {
        Shape shape = new Shape(dimensions);
        if (to == from) {
            return scope.manager().create(shape, DataType.FLOAT32);
        }
        Optional<ByteBuffer> mapped = mapped(tensor, from, to);
        if (mapped.isPresent()) {
            return share(mapped.get(), shape, scope);
        }
        if (scope.device().equals(Device.cpu())) {
            return widen(tensor, from, to, shape, scope.manager(), PIECE);
        }
        try (NDManager staging = scope.manager().newSubManager(Device.cpu())) {
            NDArray moved = widen(tensor, from, to, shape, staging, PIECE).toDevice(scope.device(), true);
            return scope.keep(moved);
        }
    }

    /** Columns of a matrix, row by row, on all cores. */
    static NDArray loadColumns(StoredTensor tensor, long from, long to, Scope scope) {
        long rows = tensor.info().shape().get(0);
        Shape shape = new Shape(rows, to - from);
        if (shape.size() > PIECE) {
            throw Fault.resources("tensor_too_large", "columns " + from + " to " + to + " of tensor '" + tensor.info().name()
                    + "' are " + shape.size() + " numbers; at most " + PIECE + " are read at once");
        }
        if (scope.device().equals(Device.cpu())) {
            return columns(tensor, from, to, shape, scope.manager());
        }
        try (NDManager staging = scope.manager().newSubManager(Device.cpu())) {
            return scope.keep(columns(tensor, from, to, shape, staging).toDevice(scope.device(), true));
        }
    }

    private static NDArray columns(StoredTensor tensor, long from, long to, Shape shape, NDManager manager) {
        NDArray array = manager.create(shape, DataType.FLOAT32);
        if (shape.size() > 0) {
            ByteBuffer memory = array.toByteBuffer(true);
            long width = tensor.info().shape().get(1);
            int bytes = (int) (to - from) * Float.BYTES;
            IntStream.range(0, (int) shape.get(0)).parallel().forEach(row ->
                    row(tensor, row * width + from, memory.slice(row * bytes, bytes).order(memory.order())));
        }
        return array;
    }

    /** Widens consecutive elements into memory; those of f32 on a little-endian machine go there without a stop. */
    private static void row(StoredTensor tensor, long from, ByteBuffer memory) {
        if (tensor.info().type() == ElementType.F32 && memory.order() == ByteOrder.LITTLE_ENDIAN) {
            try (Elements.Cursor cursor = tensor.elements().cursor(from)) {
                cursor.read(memory);
            }
            return;
        }
        FloatBuffer floats = memory.asFloatBuffer();
        Chunks.inOrder(tensor, from, from + floats.capacity(), (at, bytes) ->
                Numbers.toFloats(tensor.info().type(), bytes, from(floats, (int) (at - from))));
    }

    private static Optional<ByteBuffer> mapped(StoredTensor tensor, long from, long to) {
        long bytes = (to - from) * Float.BYTES;
        if (tensor.info().type() != ElementType.F32 || bytes < WORTH_MAPPING || bytes > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        return tensor.elements().map(from, (int) (to - from));
    }

    /**
     * DJL ties the buffer to the array it makes, but not to views of that array (reshape, transpose),
     * which share its memory: so the scope holds the buffer too.
     */
    private static NDArray share(ByteBuffer memory, Shape shape, Scope scope) {
        NDArray array = scope.manager().create(memory, shape, DataType.FLOAT32);
        if (scope.device().equals(Device.cpu())) {
            scope.manager().attachUncappedInternal("mapping-" + UUID.randomUUID(), new Held(memory));
        }
        return array;
    }

    static NDArray widen(
            StoredTensor tensor, long from, long to, Shape shape, NDManager manager, long pieceElements) {
        NDArray array = manager.create(shape, DataType.FLOAT32);
        try (NDManager views = manager.newSubManager()) {
            NDArray flat = array.reshape(to - from);
            flat.attach(views);
            for (long start = from; start < to; start += pieceElements) {
                long end = Math.min(to, start + pieceElements);
                long first = start;
                NDArray piece = flat.get(new NDIndex().addSliceDim(start - from, end - from));
                FloatBuffer memory = piece.toByteBuffer(true).asFloatBuffer();
                Chunks.forEach(tensor, start, end, (at, bytes) ->
                        Numbers.toFloats(tensor.info().type(), bytes, from(memory, (int) (at - first))));
            }
        } catch (RuntimeException | Error e) {
            array.close();
            throw e;
        }
        return array;
    }

    private static FloatBuffer from(FloatBuffer memory, int position) {
        return memory.duplicate().position(position);
    }

    /** Keeps a buffer reachable until its scope closes. */
    private static final class Held implements AutoCloseable {
        private ByteBuffer memory;

        Held(ByteBuffer memory) {
            this.memory = memory;
        }

        @Override
        public void close() {
            memory = null;
        }
    }
}
