package dev.kappa.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** Numbers to a channel through a buffer; {@link #flush} at the end. */
final class LittleEndianOutput {
    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    LittleEndianOutput(WritableByteChannel channel) {
        this.channel = channel;
    }

    void bytes(byte[] values) {
        flush();
        drain(ByteBuffer.wrap(values));
    }

    void floats(ElementType type, float[] values) {
        switch (type) {
            case F32 -> f32(values);
            case F16 -> f16(values);
            case BF16 -> bf16(values);
            case BOOL, U8, I8, I16, U16, I32, U32, I64, U64, F64 -> throw new IllegalArgumentException(type.name());
        }
    }

    void f32(float[] values) {
        for (float value : values) {
            room(4).putFloat(value);
        }
    }

    void f16(float[] values) {
        for (float value : values) {
            room(2).putShort(Numbers.floatToF16(value));
        }
    }

    void bf16(float[] values) {
        for (float value : values) {
            room(2).putShort(Numbers.floatToBf16(value));
        }
    }

    void f64(double[] values) {
        for (double value : values) {
            room(8).putDouble(value);
        }
    }

    void i64(long[] values) {
        for (long value : values) {
            room(8).putLong(value);
        }
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    void flush() {
        drain(buffer.flip());
        buffer.clear();
    }

    private void drain(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
