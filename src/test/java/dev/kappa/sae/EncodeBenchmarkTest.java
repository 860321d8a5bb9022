package dev.kappa.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.ElementType;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints the speed of encoding and decoding beside that of the matrix product alone. */
@Tag("benchmark")
class EncodeBenchmarkTest {
    private static final int ROWS = 1024;

    @TempDir
    Path folder;

    @Test
    void pythiaWidth() {
        resident(512, 32_768);
    }

    @Test
    void gemmaWidth() {
        resident(2304, 16_384);
    }

    private void resident(int d, int m) {
        try (Scope scope = Scope.open(Device.cpu())) {
            NDArray x = scope.manager().randomNormal(new Shape(ROWS, d));
            NDArray encoder = scope.manager().randomNormal(new Shape(m, d)).div(Math.sqrt(d));
            SaeWeights weights = new SaeWeights(
                    encoder,
                    scope.manager().zeros(new Shape(m)),
                    scope.manager().randomNormal(new Shape(m, d)),
                    scope.manager().zeros(new Shape(d)));
            double flops = 2.0 * ROWS * d * m;
            print(d + " x " + m + " product alone", flops, () -> {
                try (Scope inner = Scope.within(x)) {
                    inner.keep(x.matMul(encoder.transpose()));
                }
            });
            for (Activation activation : new Activation[] {
                new Activation.JumpRelu(scope.manager().create(new float[] {2.9f})),
                new Activation.TopK(64),
                new Activation.GroupMax(64)
            }) {
                DenseSae sae = DenseSae.of(SaeInput.plain(true), activation, weights);
                print(d + " x " + m + " encode " + activation.name(), flops, () -> free(sae.encode(x)));
                SparseCode code = sae.encode(x);
                print("   decode, " + code.entries() / ROWS + " a row", 2.0 * code.entries() * d, () -> sae.decode(x, code).close());
            }
        }
    }

    @Test
    void streamed() throws IOException {
        int d = 1024;
        int m = 262_144;
        Random random = new Random(1);
        float[] row = new float[m];
        float[] short1 = new float[d];
        SafetensorsWriter.write(folder.resolve("sae_weights.safetensors"), Map.of(
                "W_enc", TensorData.rows(ElementType.F32, d, m, i -> fill(row, random)),
                "W_dec", TensorData.rows(ElementType.F32, m, d, i -> fill(short1, random)),
                "b_enc", TensorData.f32(new float[m], m),
                "b_dec", TensorData.f32(new float[d], d)), Map.of());
        Files.writeString(folder.resolve("cfg.json"), "{\"architecture\": \"topk\", \"k\": 64, \"d_in\": " + d + ", \"d_sae\": " + m
                + ", \"metadata\": {\"sae_lens_version\": \"6.0.0\"}}");
        try (Scope scope = Scope.open(Device.cpu())) {
            NDArray x = scope.manager().randomNormal(new Shape(ROWS, d));
            double flops = 2.0 * ROWS * d * m;
            for (boolean resident : new boolean[] {true, false}) {
                SaeFolder files = SaeFolder.open(folder);
                try (Sae sae = resident ? files.load(Device.cpu()) : files.stream(Device.cpu())) {
                    String kind = resident ? "resident" : "streamed";
                    print(d + " x " + m + " encode topk " + kind, flops, () -> free(sae.encode(x)));
                    SparseCode code = sae.encode(x);
                    print("   decode " + kind, 2.0 * code.entries() * d, () -> sae.decode(x, code).close());
                }
            }
        }
    }

    private static float[] fill(float[] row, Random random) {
        for (int i = 0; i < row.length; i++) {
            row[i] = random.nextFloat() - .5f;
        }
        return row;
    }

    private static void free(SparseCode code) {
        code.rows().close();
        code.latents().close();
        code.values().close();
        code.steps().close();
    }

    private static void print(String what, double flops, Runnable work) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, (System.nanoTime() - start) * 1e-9);
        }
        System.out.printf("%-44s %8.1f GFLOP/s (%.3f s)%n", what, flops * 1e-9 / best, best);
    }
}
