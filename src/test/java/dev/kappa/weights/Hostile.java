package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;

/** A file that must be refused, and at what price. */
final class Hostile {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Hostile() {}

    /** Opens the file and reads all of it; expects a malformed file that is named, in 1 s and 64 MB. */
    static void assertRefused(Path path, String... said) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long cpu = THREADS.getCurrentThreadCpuTime();
        Throwable thrown = catchThrowable(() -> readAll(path));
        assertThat(THREADS.getCurrentThreadCpuTime() - cpu).as("nanoseconds of CPU").isLessThan(1_000_000_000L);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated).as("bytes allocated").isLessThan(64L << 20);
        assertThat(thrown).isInstanceOf(Fault.class);
        assertThat(((Fault) thrown).category()).isEqualTo(Category.USER);
        assertThat(((Fault) thrown).code()).isEqualTo("weights_malformed");
        assertThat(thrown.getMessage()).contains(path.getFileName().toString());
        assertThat(List.of(said)).allSatisfy(part -> assertThat(thrown).hasMessageContaining(part));
    }

    /** Reads every number of every tensor; the sum keeps the reads from being left out. */
    static double readAll(Path path) {
        double sum = 0;
        try (TensorFile file = TensorFiles.open(path)) {
            for (TensorInfo info : file.tensors().values()) {
                if (info.type().isFloating()) {
                    for (double value : file.doubles(info.name())) {
                        sum += value;
                    }
                    sum += file.floats(info.name()).length;
                } else {
                    for (long value : file.longs(info.name())) {
                        sum += value;
                    }
                }
            }
        }
        return sum;
    }
}
