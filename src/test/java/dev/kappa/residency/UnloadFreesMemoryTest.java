package dev.kappa.residency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.lm.TinyModels;
import dev.kappa.testing.Checked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("torch")
class UnloadFreesMemoryTest {
    /** Heap that is there from the start cannot grow, and what grows is what was not freed. */
    private static final String[] FIXED_HEAP = {"-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch"};

    @Test
    void a_hundred_loads_and_unloads_leave_nothing(@TempDir Path folder) throws IOException, InterruptedException {
        Checked.where(
                Files.exists(Path.of("/proc/self/statm")),
                "memory after loads and unloads; there is no /proc to read it from");
        TinyModels.neox(folder.resolve("model"), 1, new TinyModels.Sizes(3, 512, 8, 2000, 64));
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.command().addAll(Arrays.asList(FIXED_HEAP));
        builder.command().addAll(List.of(
                "-cp", System.getProperty("java.class.path"), LoadCycles.class.getName(),
                folder.resolve("model").toString(), output.toString()));
        Path log = folder.resolve("log");
        int exit = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
        assertThat(exit).as(() -> log(log)).isZero();

        long[] numbers = Arrays.stream(Files.readString(output).split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
        System.out.printf(
                "resident memory: %d MiB, and %d MiB after 100 loads of %d MiB%n",
                numbers[1] >> 20, numbers[2] >> 20, numbers[0] >> 20);
        assertThat(numbers[2]).as("resident bytes").isLessThan(numbers[1] + numbers[1] / 20);
        assertThat(numbers[3]).as("open scopes").isZero();
        assertThat(numbers[4]).as("bytes in the ledger").isZero();
    }

    private static String log(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
