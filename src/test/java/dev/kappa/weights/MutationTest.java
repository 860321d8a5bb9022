package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is done to a file, reading all of it gives values or a fault, and never another exception. */
class MutationTest {
    private static final String[] WORDS = {
        "9223372036854775807", "-1", "0", "[", "]", "{", "}", "\"", ",", "F32", "BF16", "<f4", "|O", "True", "torch",
        "\u0080\u0002", "cos\nsystem\n", "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0006\u0006", "\u00ff\u00ff\u00ff\u00ff",
        "\u00ff\u00ff\u00ff\u007f", "\0\0\0\0", "(", "t", "R", "Q", "h", "."
    };

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "reference.safetensors, 30000", "plain.npz, 15000", "packed.npz, 15000", "versions.npz, 5000",
        "ae.pt, 15000", "views.pt, 15000", "nested.pt, 5000", "types.pt, 5000"
    })
    void aChangedFileGivesValuesOrAFault(String name, int mutants) throws IOException {
        long seed = Long.getLong("kappa.test.seed", name.hashCode());
        Random random = new Random(seed);
        byte[] original = Files.readAllBytes(Golden.path(name));
        Path path = folder.resolve("mutant" + name.substring(name.lastIndexOf('.')));
        int read = 0;
        for (int i = 0; i < mutants; i++) {
            overwrite(path, mutate(original, random));
            try {
                Hostile.readAll(path);
                read++;
            } catch (Fault fault) {
                assertThat(fault.category()).as("mutant %d of seed %d: %s", i, seed, fault).isEqualTo(Category.USER);
                assertThat(fault.getMessage().length()).isLessThan(1200);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutant " + i + " of seed " + seed, e);
            }
        }
        // Some mutants are still files, or the mutations say nothing about the reading of numbers.
        assertThat(read).isBetween(1, mutants - 1);
    }

    /** Faster than a new file each time. */
    private static void overwrite(Path path, byte[] bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            if (file.length() != bytes.length) {
                file.setLength(bytes.length);
            }
            file.write(bytes);
        }
    }

    private static byte[] mutate(byte[] original, RandomGenerator random) {
        byte[] bytes = original.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            bytes = change(bytes, random);
        }
        return bytes;
    }

    private static byte[] change(byte[] bytes, RandomGenerator random) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                return splice(bytes, at, at, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(32))));
            }
            case 5 -> {
                return splice(bytes, at, Math.min(bytes.length, at + random.nextInt(32)), new byte[0]);
            }
            case 6 -> {
                byte[] word = word(random);
                System.arraycopy(word, 0, bytes, at, Math.min(word.length, bytes.length - at));
            }
            default -> {
                return splice(bytes, at, at, word(random));
            }
        }
        return bytes;
    }

    private static byte[] word(RandomGenerator random) {
        return WORDS[random.nextInt(WORDS.length)].getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
        byte[] result = Arrays.copyOf(bytes, from + middle.length + bytes.length - to);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
        return result;
    }
}
