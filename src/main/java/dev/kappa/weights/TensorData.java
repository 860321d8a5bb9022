package dev.kappa.weights;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A tensor to be written: its type, its shape and its numbers in row-major order. Arrays are not copied;
 * they must not change until they have been written. f16 and bf16 are rounded to nearest, ties to even.
 */
public final class TensorData {
    private final ElementType type;
    private final List<Long> shape;
    private final long elements;
    private final Content content;

    /** Writes all numbers, in order. */
    interface Content {
        void write(LittleEndianOutput output);
    }

    private TensorData(ElementType type, long[] shape, Content content) {
        this.type = type;
        this.shape = Arrays.stream(shape).boxed().toList();
        this.elements = this.shape.stream().reduce(1L, Math::multiplyExact);
        this.content = content;
        if (this.shape.stream().anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("shape " + this.shape + " has a negative size");
        }
    }

    private static TensorData ofArray(ElementType type, int length, long[] shape, Content content) {
        TensorData data = new TensorData(type, shape, content);
        if (data.elements != length) {
            throw new IllegalArgumentException("shape " + data.shape + " takes " + data.elements
                    + " numbers, but the array has " + length);
        }
        return data;
    }

    public static TensorData f32(float[] values, long... shape) {
        return ofArray(ElementType.F32, values.length, shape, output -> output.f32(values));
    }

    public static TensorData f16(float[] values, long... shape) {
        return ofArray(ElementType.F16, values.length, shape, output -> output.f16(values));
    }

    public static TensorData bf16(float[] values, long... shape) {
        return ofArray(ElementType.BF16, values.length, shape, output -> output.bf16(values));
    }

    public static TensorData f64(double[] values, long... shape) {
        return ofArray(ElementType.F64, values.length, shape, output -> output.f64(values));
    }

    public static TensorData i64(long[] values, long... shape) {
        return ofArray(ElementType.I64, values.length, shape, output -> output.i64(values));
    }

    /**
     * A matrix that is made while it is written: each row is asked for once, in order, and may be of any
     * number together. The type is F32, F16 or BF16.
     */
    public static TensorData rows(ElementType type, long rows, int columns, LongFunction<float[]> row) {
        if (type != ElementType.F32 && type != ElementType.F16 && type != ElementType.BF16) {
            throw new IllegalArgumentException("rows of floats are written as F32, F16 or BF16, not " + type);
        }
        return new TensorData(type, new long[] {rows, columns}, output -> {
            for (long i = 0; i < rows; i++) {
                float[] values = row.apply(i);
                if (values.length != columns) {
                    throw new IllegalArgumentException("row " + i + " has " + values.length + " numbers, not " + columns);
                }
                output.floats(type, values);
            }
        });
    }

    ElementType type() {
        return type;
    }

    List<Long> shape() {
        return shape;
    }

    long bytes() {
        return Math.multiplyExact(elements, type.bytes());
    }

    void write(LittleEndianOutput output) {
        content.write(output);
    }
}
