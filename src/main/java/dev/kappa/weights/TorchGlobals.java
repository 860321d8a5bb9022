package dev.kappa.weights;

import dev.kappa.weights.TorchValue.Dictionary;
import dev.kappa.weights.TorchValue.Global;
import dev.kappa.weights.TorchValue.StorageRef;
import dev.kappa.weights.TorchValue.TensorRef;
import dev.kappa.weights.TorchValue.Tuple;
import java.util.ArrayList;
import java.util.List;

/** What the few callables of a checkpoint's pickle do, with their arguments checked exactly. */
final class TorchGlobals {
    private final FileBytes file;

    TorchGlobals(FileBytes file) {
        this.file = file;
    }

    private RuntimeException malformed(String detail) {
        return file.malformed("data.pkl: " + detail);
    }

    /** A persistent id: {@code ('storage', type, key, location, elements)}. The location does not matter here. */
    StorageRef storage(Object id) {
        if (id instanceof Tuple tuple && tuple.items().size() == 5) {
            List<Object> items = tuple.items();
            if ("storage".equals(items.get(0))
                    && items.get(1) instanceof Global type && type.storage != null
                    && items.get(2) instanceof String key
                    && items.get(3) instanceof String
                    && items.get(4) instanceof Long elements && elements >= 0) {
                return new StorageRef(key, type.storage, elements);
            }
        }
        throw malformed("a persistent id must be ('storage', type, key, location, number of elements)");
    }

    /** Calls {@code callable(*arguments)}. */
    Object call(Object callable, Object arguments) {
        if (!(callable instanceof Global global) || !(arguments instanceof Tuple tuple)) {
            throw malformed("it calls what cannot be called");
        }
        List<Object> items = tuple.items();
        return switch (global) {
            case ORDERED_DICT -> orderedDict(items);
            case REBUILD_TENSOR -> tensor(items);
            case REBUILD_PARAMETER -> parameter(items);
            case SIZE -> size(items);
            case DOUBLE, FLOAT, HALF, BFLOAT16, LONG, INT, SHORT, CHAR, BYTE, BOOL ->
                throw malformed("it calls " + global.qualified);
        };
    }

    private Dictionary orderedDict(List<Object> arguments) {
        if (!arguments.isEmpty()) {
            throw malformed("OrderedDict is called with " + arguments.size() + " arguments; none is accepted");
        }
        return new Dictionary(true);
    }

    /** {@code (storage, offset, sizes, strides, requires_grad, hooks[, metadata])}. */
    private TensorRef tensor(List<Object> arguments) {
        if ((arguments.size() == 6 || arguments.size() == 7)
                && arguments.get(0) instanceof StorageRef storage
                && arguments.get(1) instanceof Long offset
                && arguments.get(2) instanceof Tuple sizes
                && arguments.get(3) instanceof Tuple strides
                && arguments.get(4) instanceof Boolean
                && arguments.get(5) instanceof Dictionary) {
            return new TensorRef(storage, offset, numbers(sizes), numbers(strides));
        }
        throw malformed("_rebuild_tensor_v2 takes (storage, offset, sizes, strides, requires_grad, hooks[, metadata])");
    }

    /** {@code (tensor, requires_grad, hooks)}. */
    private TensorRef parameter(List<Object> arguments) {
        if (arguments.size() == 3
                && arguments.get(0) instanceof TensorRef tensor
                && arguments.get(1) instanceof Boolean
                && arguments.get(2) instanceof Dictionary) {
            return tensor;
        }
        throw malformed("_rebuild_parameter takes (tensor, requires_grad, hooks)");
    }

    private Tuple size(List<Object> arguments) {
        if (arguments.size() == 1 && arguments.get(0) instanceof Tuple sizes) {
            return sizes;
        }
        throw malformed("Size takes one tuple");
    }

    private List<Long> numbers(Tuple tuple) {
        if (tuple.items().size() > TensorInfo.MOST_DIMENSIONS) {
            throw malformed("a tensor has " + tuple.items().size() + " dimensions; at most "
                    + TensorInfo.MOST_DIMENSIONS + " are accepted");
        }
        List<Long> numbers = new ArrayList<>();
        for (Object item : tuple.items()) {
            if (!(item instanceof Long number) || number < 0) {
                throw malformed("sizes and strides must be whole numbers from 0 on");
            }
            numbers.add(number);
        }
        return numbers;
    }
}
