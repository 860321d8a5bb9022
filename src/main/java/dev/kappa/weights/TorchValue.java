package dev.kappa.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the pickle of a checkpoint may contain besides strings, numbers, truth values, lists and {@link
 * #NONE}. These are our own records: nothing that a pickle names is ever looked up or run.
 */
interface TorchValue {
    TorchValue NONE = new TorchValue() {};

    /** A tuple, also of sizes. */
    record Tuple(List<Object> items) implements TorchValue {}

    /** A dictionary, plain or ordered, with text or whole numbers as keys. */
    record Dictionary(boolean ordered, Map<Object, Object> items) implements TorchValue {
        Dictionary(boolean ordered) {
            this(ordered, new LinkedHashMap<>());
        }
    }

    /** A record of the archive, {@code data/<key>}. */
    record StorageRef(String key, ElementType type, long elements) implements TorchValue {}

    /** Part of a storage; offset and strides count elements. */
    record TensorRef(StorageRef storage, long offset, List<Long> sizes, List<Long> strides) implements TorchValue {}

    /** A callable or class that a checkpoint may name. */
    enum Global implements TorchValue {
        ORDERED_DICT("collections OrderedDict", null),
        REBUILD_TENSOR("torch._utils _rebuild_tensor_v2", null),
        REBUILD_PARAMETER("torch._utils _rebuild_parameter", null),
        SIZE("torch Size", null),
        DOUBLE("torch DoubleStorage", ElementType.F64),
        FLOAT("torch FloatStorage", ElementType.F32),
        HALF("torch HalfStorage", ElementType.F16),
        BFLOAT16("torch BFloat16Storage", ElementType.BF16),
        LONG("torch LongStorage", ElementType.I64),
        INT("torch IntStorage", ElementType.I32),
        SHORT("torch ShortStorage", ElementType.I16),
        CHAR("torch CharStorage", ElementType.I8),
        BYTE("torch ByteStorage", ElementType.U8),
        BOOL("torch BoolStorage", ElementType.BOOL);

        /** Module and name, as a GLOBAL opcode has them. */
        final String qualified;

        /** Of a storage; null for all else. */
        final ElementType storage;

        Global(String qualified, ElementType storage) {
            this.qualified = qualified;
            this.storage = storage;
        }
    }
}
