package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Stored numbers to Java's and back. Buffers are little-endian. */
final class Numbers {
    /** Elements converted at a time through arrays that stay in the first-level cache. */
    private static final int STRIP = 2048;

    /** 2¹¹²: moves an f16 exponent (bias 15) that was shifted into f32's place to f32's bias of 127. */
    private static final float F16_SCALE = 0x1p112f;

    private Numbers() {}

    /** Widens (f64: narrows) all of {@code source} to f32. */
    static void toFloats(ElementType type, ByteBuffer source, FloatBuffer target) {
        if (type == ElementType.F32) {
            target.put(source.asFloatBuffer());
            return;
        }
        float[] wide = new float[Math.min(STRIP, source.remaining() / type.bytes())];
        if (type == ElementType.F64) {
            while (source.hasRemaining()) {
                int count = Math.min(wide.length, source.remaining() / 8);
                for (int i = 0; i < count; i++) {
                    wide[i] = (float) source.getDouble();
                }
                target.put(wide, 0, count);
            }
            return;
        }
        short[] narrow = new short[wide.length];
        ShortBuffer shorts = source.asShortBuffer();
        while (shorts.hasRemaining()) {
            int count = Math.min(wide.length, shorts.remaining());
            shorts.get(narrow, 0, count);
            if (type == ElementType.BF16) {
                widenBf16(narrow, wide, count);
            } else {
                widenF16(narrow, wide, count);
            }
            target.put(wide, 0, count);
        }
    }

    private static void widenBf16(short[] narrow, float[] wide, int count) {
        for (int i = 0; i < count; i++) {
            wide[i] = Float.intBitsToFloat(narrow[i] << 16);
        }
    }

    private static void widenF16(short[] narrow, float[] wide, int count) {
        for (int i = 0; i < count; i++) {
            wide[i] = f16ToFloat(narrow[i]);
        }
    }

    static float f16ToFloat(short half) {
        int magnitude = (half & 0x7fff) << 13;
        int bits = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) * F16_SCALE);
        // Infinities and NaNs (exponent 31) keep all exponent bits set.
        bits |= magnitude >= 0x0f800000 ? 0x7f800000 : 0;
        return Float.intBitsToFloat(bits | (half & 0x8000) << 16);
    }

    /** The nearest f16, ties to even. */
    static short floatToF16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00 | magnitude >>> 13 & 0x3ff);
        }
        if (magnitude >= 0x477ff000) {
            return (short) (sign | 0x7c00); // 65520 and more round to infinity
        }
        if (magnitude < 0x38800000) {
            // Below 2⁻¹⁴: adding 0.5 puts the steps of f16's subnormals (2⁻²⁴) in f32's last bit.
            float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
            return (short) (sign | Float.floatToRawIntBits(shifted) - 0x3f000000);
        }
        return (short) (sign | magnitude - 0x38000000 + 0xfff + (magnitude >>> 13 & 1) >>> 13);
    }

    /** The nearest bf16, ties to even. */
    static short floatToBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (value != value) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** The next element of a floating type as f64. */
    static double nextDouble(ElementType type, ByteBuffer source) {
        return switch (type) {
            case F16 -> f16ToFloat(source.getShort());
            case BF16 -> Float.intBitsToFloat(source.getShort() << 16);
            case F32 -> source.getFloat();
            case F64 -> source.getDouble();
            case BOOL, U8, I8, I16, U16, I32, U32, I64, U64 -> throw new IllegalArgumentException(type.name());
        };
    }

    /** The next element of an integer or boolean type; u64 beyond 2⁶³ comes out negative. */
    static long nextLong(ElementType type, ByteBuffer source) {
        return switch (type) {
            case BOOL -> source.get() == 0 ? 0 : 1;
            case U8 -> source.get() & 0xffL;
            case I8 -> source.get();
            case I16 -> source.getShort();
            case U16 -> source.getShort() & 0xffffL;
            case I32 -> source.getInt();
            case U32 -> source.getInt() & 0xffffffffL;
            case I64, U64 -> source.getLong();
            case F16, BF16, F32, F64 -> throw new IllegalArgumentException(type.name());
        };
    }
}
