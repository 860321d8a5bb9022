package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;

/**
 * Elements that lie apart: element (i, j, …) is number {@code offset + i·strides[0] + j·strides[1] + …}
 * of the storage. They are gathered in row-major order of (i, j, …).
 */
final class StridedElements implements Elements {
    private final FileBytes file;
    private final Supplier<Storage> storage;
    private final boolean seekable;
    private final int elementBytes;
    private final long offset;
    private final long[] sizes;
    private final long[] strides;

    private StridedElements(
            FileBytes file, Supplier<Storage> storage, boolean seekable, TensorInfo info, long offset, long[] strides) {
        this.file = file;
        this.storage = storage;
        this.seekable = seekable;
        this.elementBytes = info.type().bytes();
        this.offset = offset;
        this.sizes = info.shape().stream().mapToLong(size -> size).toArray();
        this.strides = strides;
    }

    /** Over part of a file, which is mapped. */
    static StridedElements mapped(FileBytes file, long position, long length, TensorInfo info, long offset, List<Long> strides) {
        Storage storage = Storage.mapped(file, position, length);
        return new StridedElements(
                file, () -> storage, true, info, offset, strides.stream().mapToLong(stride -> stride).toArray());
    }

    /** A whole array whose first index runs fastest. */
    static StridedElements fortran(FileBytes file, Supplier<Storage> storage, boolean seekable, TensorInfo info) {
        long[] strides = new long[info.shape().size()];
        long stride = 1;
        for (int i = 0; i < strides.length; i++) {
            strides[i] = stride;
            stride *= info.shape().get(i);
        }
        return new StridedElements(file, storage, seekable, info, 0, strides);
    }

    @Override
    public boolean seekable() {
        return seekable;
    }

    @Override
    public Cursor cursor(long first) {
        return new Gather(storage.get(), first);
    }

    private final class Gather implements Cursor {
        private final Storage source;
        private final long[] indices = new long[sizes.length];
        private int segmentIndex = -1;
        private ByteBuffer segment;

        Gather(Storage source, long first) {
            this.source = source;
            long rest = first;
            for (int i = sizes.length - 1; i >= 0; i--) {
                indices[i] = rest % sizes[i];
                rest /= sizes[i];
            }
        }

        @Override
        public void read(ByteBuffer target) {
            try {
                while (target.hasRemaining()) {
                    readRun(target);
                }
            } catch (InternalError e) {
                // The VM's answer to memory of a file that is not there any more.
                throw file.changed();
            }
        }

        /** Elements along the last index, as many as fit. */
        private void readRun(ByteBuffer target) {
            int last = sizes.length - 1;
            int wanted = target.remaining() / elementBytes;
            int count = last < 0 ? 1 : (int) Math.min(wanted, sizes[last] - indices[last]);
            long at = offset;
            for (int i = 0; i <= last; i++) {
                at += indices[i] * strides[i];
            }
            long step = last < 0 ? 0 : strides[last];
            for (int i = 0; i < count; i++) {
                copy(at * elementBytes, target);
                at += step;
            }
            advance(last, count);
        }

        private void advance(int last, int count) {
            if (last < 0) {
                return;
            }
            indices[last] += count;
            for (int i = last; i > 0 && indices[i] == sizes[i]; i--) {
                indices[i] = 0;
                indices[i - 1]++;
            }
        }

        private void copy(long position, ByteBuffer target) {
            int index = (int) (position >> Storage.SEGMENT_BITS);
            if (index != segmentIndex) {
                segment = source.segment(index);
                segmentIndex = index;
            }
            int place = (int) (position & (1 << Storage.SEGMENT_BITS) - 1);
            switch (elementBytes) {
                case 1 -> target.put(segment.get(place));
                case 2 -> target.putShort(segment.getShort(place));
                case 4 -> target.putInt(segment.getInt(place));
                default -> target.putLong(segment.getLong(place));
            }
        }
    }
}
