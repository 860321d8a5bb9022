package dev.kappa.weights;

import ai.djl.Device;
import dev.kappa.tensor.Scope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints how fast stored types become f32; bytes are counted as stored. */
@Tag("benchmark")
class WideningBenchmarkTest {
    private static final int COUNT = 64 << 20;

    @TempDir
    Path folder;

    @Test
    void oneCore() {
        for (ElementType type : new ElementType[] {ElementType.BF16, ElementType.F16}) {
            ByteBuffer chunk = ByteBuffer.allocate(Chunks.CHUNK * 2).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; chunk.hasRemaining(); i++) {
                chunk.putShort(Numbers.floatToF16(i));
            }
            FloatBuffer target = ByteBuffer.allocateDirect(Chunks.CHUNK * 4).order(ByteOrder.nativeOrder()).asFloatBuffer();
            print(type + " in memory, one core", 2L * COUNT, () -> {
                for (int i = 0; i < COUNT / Chunks.CHUNK; i++) {
                    Numbers.toFloats(type, chunk.rewind(), target.rewind());
                }
            });
        }
    }

    @Test
    void fromAFile() {
        Path path = folder.resolve("big.safetensors");
        float[] row = new float[1 << 14];
        for (int i = 0; i < row.length; i++) {
            row[i] = i;
        }
        int rows = COUNT / row.length;
        SafetensorsWriter.write(path, Map.of(
                "bf16", TensorData.rows(ElementType.BF16, rows, row.length, i -> row),
                "f16", TensorData.rows(ElementType.F16, rows, row.length, i -> row),
                "f32", TensorData.rows(ElementType.F32, rows, row.length, i -> row)), Map.of());
        try (TensorFile file = TensorFiles.open(path)) {
            for (String name : new String[] {"bf16", "f16", "f32"}) {
                long bytes = (long) COUNT * file.info(name).type().bytes();
                print(name + " from a cached file, all cores", bytes, () -> {
                    try (Scope scope = Scope.open(Device.cpu())) {
                        file.load(name, scope);
                    }
                });
            }
        }
    }

    private static void print(String what, long bytes, Runnable work) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 6; i++) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, (System.nanoTime() - start) * 1e-9);
        }
        System.out.printf("%-40s %8.2f GB/s (%.4f s)%n", what, bytes * 1e-9 / best, best);
    }
}
