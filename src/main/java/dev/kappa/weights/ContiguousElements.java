package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Elements that lie side by side in a file from {@code position} on. */
record ContiguousElements(FileBytes file, long position, int elementBytes) implements Elements {
    @Override
    public Cursor cursor(long first) {
        return new Cursor() {
            private long next = position + first * elementBytes;

            @Override
            public void read(ByteBuffer target) {
                int count = target.remaining();
                file.read(next, target);
                next += count;
            }
        };
    }

    /** Nothing for numbers at odd addresses, which other programs may write: native code expects aligned ones. */
    @Override
    public Optional<ByteBuffer> map(long first, int count) {
        long at = position + first * elementBytes;
        return at % elementBytes == 0 ? Optional.of(file.map(at, count * elementBytes)) : Optional.empty();
    }
}
