package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLoadTest {
    private static final int COUNT = 3_000_000;

    @TempDir
    Path folder;

    @Test
    void f32SharesTheMemoryOfTheFile() throws IOException {
        Path path = folder.resolve("big.safetensors");
        SafetensorsWriter.write(path, Map.of("a", TensorData.f32(ramp(), COUNT / 1000, 1000)), Map.of());
        try (Scope scope = Scope.open(Device.cpu())) {
            long direct = pool("direct");
            long mapped = pool("mapped");
            NDArray array;
            try (TensorFile file = TensorFiles.open(path)) {
                array = file.load("a", scope);
            }
            assertThat(pool("mapped") - mapped).isBetween(4L * COUNT, 4L * COUNT + 4096);
            assertThat(pool("direct") - direct).isZero();
            // One memory: what is written to the file is seen in the array.
            try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
                raw.seek(raw.length() - 4);
                raw.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(-77).array());
            }
            assertThat(array.getFloat(COUNT / 1000 - 1, 999)).isEqualTo(-77);
        }
    }

    @Test
    void aViewOutlivesItsArrayAndTheFileWhileTheScopeIsOpen() {
        Path path = folder.resolve("big.safetensors");
        SafetensorsWriter.write(path, Map.of("a", TensorData.f32(ramp(), COUNT)), Map.of());
        try (Scope scope = Scope.open(Device.cpu())) {
            NDArray view;
            try (TensorFile file = TensorFiles.open(path); NDArray array = file.load("a", scope)) {
                view = array.reshape(new Shape(3, COUNT / 3));
            }
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            assertThat(view.getFloat(2, COUNT / 3 - 1)).isEqualTo(COUNT - 1);
        }
    }

    @Test
    void narrowTypesAreWidenedInMemoryOfTheirOwn() {
        Path path = folder.resolve("narrow.safetensors");
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = i % 2048;
        }
        SafetensorsWriter.write(path, Map.of(
                "half", TensorData.f16(values, 3, COUNT / 3),
                "brain", TensorData.bf16(values, COUNT)), Map.of());
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.load("half", scope).toFloatArray()).isEqualTo(values);
            assertThat(file.floats("half")).isEqualTo(values);
            assertThat(file.load("brain", scope).toFloatArray()).isEqualTo(file.floats("brain"));
            float[] last = file.loadRows("half", 2, 3, scope).toFloatArray();
            assertThat(last).isEqualTo(java.util.Arrays.copyOfRange(values, COUNT / 3 * 2, COUNT));
            double[] doubles = file.doubles("half");
            assertThat(doubles[COUNT - 1]).isEqualTo(values[COUNT - 1]);
        }
    }

    @Test
    void f32AtAnOddAddressIsReadRight() throws IOException {
        String header = "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[" + COUNT + "],\"data_offsets\":[1," + (4 * COUNT + 1) + "]}}";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + 1 + 4 * COUNT).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII)).put((byte) 1);
        for (float value : ramp()) {
            bytes.putFloat(value);
        }
        Path path = folder.resolve("odd.safetensors");
        Files.write(path, bytes.array());
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.load("a", scope).toFloatArray()).isEqualTo(ramp());
        }
    }

    @Test
    void rowsBeyondTwoGigabytesAreReadRight() throws IOException {
        long rows = 3 << 20;
        long columns = 256;
        Path path = sparse("F32", rows, columns, 4);
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.info("a").elements()).isEqualTo(rows * columns);
            NDArray last = file.loadRows("a", rows - 100, rows, scope);
            assertThat(last.getShape()).isEqualTo(new Shape(100, columns));
            assertThat(last.getFloat(99, 255)).isEqualTo(1.5f);
            assertThat(last.sum().getFloat()).isEqualTo(1.5f);
            assertThat(file.loadRows("a", 0, 100, scope).sum().getFloat()).isZero();
        }
    }

    @Test
    void anEmptyTensorMayHaveLargeOtherSizes() throws IOException {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[0," + (1L << 59) + "],\"data_offsets\":[0,0]}}";
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        Path path = folder.resolve("empty.safetensors");
        Files.write(path, bytes.array());
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            assertThat(file.load("a", scope).getShape()).isEqualTo(new Shape(0, 1L << 59));
            assertThat(file.loadRows("a", 0, 0, scope).size()).isZero();
        }
    }

    @Test
    void severalThreadsReadOneFileAlsoWhenOneIsInterrupted() {
        Path path = folder.resolve("shared.safetensors");
        SafetensorsWriter.write(path, Map.of("a", TensorData.f32(ramp(), COUNT)), Map.of());
        try (TensorFile file = TensorFiles.open(path)) {
            long whole = IntStream.range(0, 24).parallel().filter(i -> {
                if (i % 4 == 3) {
                    Thread.currentThread().interrupt();
                }
                try {
                    return java.util.Arrays.equals(file.floats("a"), ramp());
                } catch (Fault fault) {
                    assertThat(fault.code()).isEqualTo("weights_interrupted");
                    return false;
                } finally {
                    Thread.interrupted();
                }
            }).count();
            assertThat(whole).isBetween(1L, 24L);
        }
    }

    @Test
    void aTensorIsWidenedInPieces() {
        Path path = folder.resolve("pieces.safetensors");
        SafetensorsWriter.write(path, Map.of("a", TensorData.bf16(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 4, 2)), Map.of());
        try (TensorTable file = Safetensors.open(path); Scope scope = Scope.open(Device.cpu())) {
            NDArray array = NativeLoad.widen(file.find("a"), 1, 8, new Shape(7), scope.manager(), 3);
            assertThat(array.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6, 7);
        }
    }

    /** Takes 2.5 GB of memory, so it does not run with the others. */
    @Test
    @Tag("benchmark")
    void aWholeTensorOfMoreThanTwoGigabytesIsLoaded() throws IOException {
        long rows = 600_000;
        long columns = 1024;
        Path path = sparse("BF16", rows, columns, 2);
        try (TensorFile file = TensorFiles.open(path); Scope scope = Scope.open(Device.cpu())) {
            NDArray whole = file.load("a", scope);
            assertThat(whole.getShape()).isEqualTo(new Shape(rows, columns));
            assertThat(whole.getFloat(rows - 1, columns - 1)).isEqualTo(1.5f);
            assertThat(whole.getFloat(rows - 2, columns - 1)).isZero();
        }
    }

    /** All zeros, but for a last element of 1.5; takes no disk. */
    private Path sparse(String type, long rows, long columns, int width) throws IOException {
        long bytes = rows * columns * width;
        String header = "{\"a\":{\"dtype\":\"" + type + "\",\"shape\":[" + rows + "," + columns
                + "],\"data_offsets\":[0," + bytes + "]}}";
        header += " ".repeat(8 - header.length() % 8);
        Path path = folder.resolve("sparse.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length()).array());
            file.write(header.getBytes(StandardCharsets.US_ASCII));
            long end = file.getFilePointer() + bytes;
            file.setLength(end);
            file.seek(end - width);
            int bits = Float.floatToRawIntBits(1.5f);
            for (int i = 4 - width; i < 4; i++) {
                file.write(bits >>> 8 * i);
            }
        }
        return path;
    }

    private static float[] ramp() {
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = i;
        }
        return values;
    }

    private static long pool(String name) {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals(name)).findFirst().orElseThrow().getMemoryUsed();
    }
}
