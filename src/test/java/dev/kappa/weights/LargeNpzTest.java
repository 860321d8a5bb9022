package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays beyond 4 GiB, where a zip needs its 64-bit records. The files are sparse: they take no disk. */
class LargeNpzTest {
    private static final long ROWS = 5 << 22;
    private static final int COLUMNS = 64;

    @TempDir
    Path folder;

    @Test
    void readsRowsOfAnArrayOfFiveGigabytes() throws IOException {
        Path path = sparse(false);
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.info("W").elements()).isEqualTo(ROWS * COLUMNS);
            float[] last = file.loadRows("W", ROWS - 2, ROWS, scope).toFloatArray();
            assertThat(last[2 * COLUMNS - 1]).isEqualTo(1.5f);
            assertThat(Arrays.copyOf(last, 2 * COLUMNS - 1)).containsOnly(0);
        }
    }

    @Test
    void gathersRowsOfAFortranArrayOfFiveGigabytes() throws IOException {
        Path path = sparse(true);
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            float[] last = file.loadRows("W", ROWS - 2, ROWS, scope).toFloatArray();
            assertThat(last[2 * COLUMNS - 1]).isEqualTo(1.5f);
            assertThat(Arrays.copyOf(last, 2 * COLUMNS - 1)).containsOnly(0);
        }
    }

    /** One array W of zeros, but for a last element of 1.5, with the zip64 records that numpy writes. */
    private Path sparse(boolean fortran) throws IOException {
        byte[] name = "W.npy".getBytes(StandardCharsets.US_ASCII);
        byte[] header = Zips.npy("{'descr': '<f4', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': ("
                + ROWS + ", " + COLUMNS + "), }", 0);
        long size = header.length + 4 * ROWS * COLUMNS;
        Path path = folder.resolve("large.npz");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(bytes(50 + name.length).putInt(0x04034b50).putShort((short) 45).putShort((short) 0).putShort((short) 0)
                    .putInt(0).putInt(0).putInt(-1).putInt(-1).putShort((short) name.length).putShort((short) 20).put(name)
                    .putShort((short) 1).putShort((short) 16).putLong(size).putLong(size).array());
            file.write(header);
            long end = file.getFilePointer() + 4 * ROWS * COLUMNS;
            file.setLength(end);
            file.seek(end - 4);
            file.write(bytes(4).putFloat(1.5f).array());
            file.write(bytes(66 + name.length).putInt(0x02014b50).putShort((short) 45).putShort((short) 45)
                    .putShort((short) 0).putShort((short) 0).putInt(0).putInt(0).putInt(-1).putInt(-1)
                    .putShort((short) name.length).putShort((short) 20).putShort((short) 0).putShort((short) 0)
                    .putShort((short) 0).putInt(0).putInt(0).put(name)
                    .putShort((short) 1).putShort((short) 16).putLong(size).putLong(size).array());
            long directoryEnd = file.getFilePointer();
            file.write(bytes(56 + 20 + 22).putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45)
                    .putInt(0).putInt(0).putLong(1).putLong(1).putLong(directoryEnd - end).putLong(end)
                    .putInt(0x07064b50).putInt(0).putLong(directoryEnd).putInt(1)
                    .putInt(0x06054b50).putInt(0).putShort((short) 1).putShort((short) 1)
                    .putInt((int) (directoryEnd - end)).putInt(-1).putShort((short) 0).array());
        }
        return path;
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }
}
