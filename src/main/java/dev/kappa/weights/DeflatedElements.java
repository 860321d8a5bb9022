package dev.kappa.weights;

import java.nio.ByteBuffer;

/** Elements side by side in a deflated zip entry, after {@code skipped} bytes: read from the start only. */
record DeflatedElements(FileBytes file, ZipIndex.Entry entry, long skipped, int elementBytes) implements Elements {
    @Override
    public boolean seekable() {
        return false;
    }

    @Override
    public Cursor cursor(long first) {
        Inflation inflation = new Inflation(file, entry);
        try {
            inflation.skip(skipped + first * elementBytes);
        } catch (RuntimeException | Error e) {
            inflation.close();
            throw e;
        }
        return new Cursor() {
            @Override
            public void read(ByteBuffer target) {
                inflation.read(target);
            }

            @Override
            public void close() {
                inflation.close();
            }
        };
    }
}
