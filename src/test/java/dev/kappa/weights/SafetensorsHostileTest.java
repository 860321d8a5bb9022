package dev.kappa.weights;

import static dev.kappa.weights.Hostile.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.fault.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsHostileTest {
    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void warmUp() throws IOException {
        path = folder.resolve("weights.safetensors");
        Files.write(path, file("{}", 0));
        Hostile.readAll(path);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                header("a hole", entry("a", "F32", "[1]", 0, 4) + "," + entry("b", "F32", "[1]", 8, 12), 12, "'b'", "4"),
                header("a hole before the first", entry("a", "F32", "[1]", 4, 8), 8, "'a'"),
                header("an overlap", entry("a", "F32", "[2]", 0, 8) + "," + entry("b", "F32", "[1]", 4, 8), 8, "'b'"),
                header("two tensors in one place", entry("a", "F32", "[1]", 0, 4) + "," + entry("b", "F32", "[1]", 0, 4), 4, "'b'"),
                header("an end before the beginning", entry("a", "F32", "[0]", 0, 0) + "," + entry("b", "U8", "[0]", 4, 0), 4, "'b'"),
                header("trailing bytes", entry("a", "F32", "[1]", 0, 4), 5, "4", "5"),
                header("data cut short", entry("a", "F32", "[1]", 0, 4), 3, "4", "3"),
                header("bytes that the shape does not take", entry("a", "F32", "[2]", 0, 4), 4, "'a'", "[2]", "8"),
                header("more elements than 63 bits", entry("a", "U8", "[4294967296,4294967296]", 0, 0), 0, "'a'"),
                header("a zero size that hides an overflow", entry("a", "U8", "[0,4611686018427387904,4611686018427387904]", 0, 0), 0, "'a'"),
                header("bytes that overflow", entry("a", "F64", "[1152921504606846976]", 0, 0), 0, "'a'"),
                header("a shape beyond 2^63", entry("a", "U8", "[9223372036854775808]", 0, 0), 0),
                header("a shape of thirty digits", entry("a", "U8", "[100000000000000000000000000000]", 0, 0), 0),
                header("a number of forty digits", entry("a", "U8", "[1" + "0".repeat(40) + "]", 0, 0), 0),
                header("a negative size", entry("a", "U8", "[-1]", 0, 0), 0, "'a'", "-1"),
                header("a fraction in the shape", entry("a", "U8", "[1.0]", 0, 1), 1, "'a'"),
                header("a shape that is a number", entry("a", "U8", "1", 0, 1), 1, "'a'"),
                header("a shape with a string", entry("a", "U8", "[\"1\"]", 0, 1), 1, "'a'"),
                header("a shape within a shape", entry("a", "U8", "[[1]]", 0, 1), 1, "'a'"),
                header("seventeen dimensions", entry("a", "U8", "[1" + ",1".repeat(16) + "]", 0, 1), 1, "'a'", "16"),
                header("offsets beyond 2^63", entry("a", "U8", "[1]", 0, 1).replace("[0,1]", "[0,18446744073709551615]"), 1),
                header("a negative offset", entry("a", "U8", "[1]", -1, 0), 1, "'a'", "-1"),
                header("one offset", "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}", 1, "'a'"),
                header("three offsets", "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}", 1, "'a'"),
                header("no dtype", "\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}", 1, "'a'", "dtype"),
                header("no shape", "\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}", 1, "'a'", "shape"),
                header("an unknown dtype", entry("a", "F128", "[1]", 0, 16), 16, "'a'", "F128"),
                header("a dtype in small letters", entry("a", "f32", "[1]", 0, 4), 4, "'a'", "f32"),
                header("half a byte", entry("a", "F4", "[3]", 0, 1), 1, "'a'"),
                header("a name twice", entry("a", "U8", "[1]", 0, 1) + "," + entry("a", "U8", "[1]", 1, 2), 2, "\"a\""),
                header("a name twice, once escaped", entry("a", "U8", "[1]", 0, 1) + "," + entry("\\u0061", "U8", "[1]", 1, 2), 2, "\"a\""),
                header("a key twice", "\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}", 1, "dtype"),
                header("metadata that is no object", "\"__metadata__\":[]", 0, "__metadata__"),
                header("metadata that is no string", "\"__metadata__\":{\"x\":1}", 0, "'x'"),
                header("metadata twice", "\"__metadata__\":{},\"__metadata__\":{}", 0, "__metadata__"),
                header("a tensor that is no object", "\"a\":7", 0, "'a'"),
                header("a name of a thousand letters", entry("x".repeat(1000), "U8", "[1]", 0, 1), 1),
                header("a comment", "/* */" + entry("a", "U8", "[1]", 0, 1), 1),
                header("deep nesting", "\"a\":{\"z\":" + "[".repeat(100_000), 0),
                header("a trailing comma", entry("a", "U8", "[1]", 0, 1) + ",", 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void refusesAHeaderWith(String what, String header, int dataBytes, String[] said) throws IOException {
        Files.write(path, file(header, dataBytes));
        assertRefused(path, said);
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        Files.write(path, new byte[0]);
        assertRefused(path, "0 bytes");
    }

    @Test
    void refusesAFileOfSevenBytes() throws IOException {
        Files.write(path, new byte[7]);
        assertRefused(path, "7 bytes");
    }

    @Test
    void refusesAnEmptyHeader() throws IOException {
        Files.write(path, new byte[8]);
        assertRefused(path, "'{'");
    }

    @Test
    void refusesAHeaderThatIsLongerThanTheFile() throws IOException {
        Files.write(path, withLength(100, "{}", 0));
        assertRefused(path, "100");
    }

    @Test
    void refusesAHeaderOfMoreThan100MB() throws IOException {
        Files.write(path, withLength(100_000_001, "{}", 0));
        assertRefused(path, "100000001");
    }

    @Test
    void refusesAHeaderWhoseLengthIsNegativeWhenSigned() throws IOException {
        Files.write(path, withLength(-1, "{}", 0));
        assertRefused(path, "18446744073709551615");
    }

    @Test
    void refusesAHeaderThatDoesNotBeginWithABrace() throws IOException {
        Files.write(path, withLength(3, " {}", 0));
        assertRefused(path, "'{'");
    }

    @Test
    void refusesTextAfterTheHeadersObject() throws IOException {
        Files.write(path, withLength(5, "{} {}", 0));
        assertRefused(path, "the end of the text");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() throws IOException {
        byte[] bytes = file(entry("ab", "U8", "[1]", 0, 1), 1);
        bytes[10] = (byte) 0xc0; // an overlong encoding: 0xc0 0x80
        bytes[11] = (byte) 0x80;
        Files.write(path, bytes);
        assertRefused(path);
    }

    @Test
    void refusesAHundredMegabytesOfTensorsWithoutKeepingThem() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; header.length() < 99_999_000; i++) {
            header.append(entry("tensor " + i, "U8", "[0]", 0, 0)).append(',');
        }
        header.setCharAt(header.length() - 1, '}');
        Files.write(path, withLength(header.length(), header.toString(), 0));
        assertRefused(path, "32768 tensors");
    }

    @Test
    void refusesTensorsWithLongNamesWithoutKeepingThem() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; header.length() < 99_999_000; i++) {
            header.append(entry("x".repeat(240) + i, "U8", "[0" + ",999".repeat(5) + ",1".repeat(10) + "]", 0, 0)).append(',');
        }
        header.setCharAt(header.length() - 1, '}');
        Files.write(path, withLength(header.length(), header.toString(), 0));
        assertRefused(path, "32768 tensors");
    }

    @Test
    void refusesAHundredMegabytesOfMetadataWithoutKeepingThem() throws IOException {
        String value = "v".repeat(100_000);
        StringBuilder header = new StringBuilder("{\"__metadata__\":{");
        for (int i = 0; header.length() < 99_800_000; i++) {
            header.append(i == 0 ? "\"" : ",\"").append(i).append("\":\"").append(value).append('"');
        }
        header.append("}}");
        Files.write(path, withLength(header.length(), header.toString(), 0));
        assertRefused(path, "__metadata__");
    }

    @Test
    void refusesOneStringOfAHundredMegabytesWithoutKeepingIt() throws IOException {
        String header = "{\"__metadata__\":{\"a\":\"" + "v".repeat(99_000_000) + "\"}}";
        Files.write(path, withLength(header.length(), header, 0));
        assertRefused(path);
    }

    @Test
    void refusesAHundredMegabytesOfPaddingAndTrailingBytesAtOnce() throws IOException {
        String header = "{}" + " ".repeat(99_999_998);
        Files.write(path, withLength(header.length(), header, 1));
        assertRefused(path, "0", "1");
    }

    @Test
    void refusesASparseFileWhoseTensorsOverlapBeyondTwoGigabytes() throws IOException {
        long end = 3L << 30;
        String header = "{" + entry("a", "U8", "[" + end + "]", 0, end) + "," + entry("b", "U8", "[1]", end - 1, end) + "}";
        Files.write(path, withLength(header.length(), header, 0));
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.setLength(8 + header.length() + end);
        }
        assertRefused(path, "'b'");
    }

    @Test
    void namesTheTypeOfATensorThatItCannotRead() throws IOException {
        Files.write(path, file(entry("a", "F8_E4M3", "[3]", 0, 3) + "," + entry("b", "U8", "[1]", 3, 4), 4));
        try (TensorFile file = TensorFiles.open(path)) {
            assertThat(file.tensors()).containsOnlyKeys("b");
            assertThatThrownBy(() -> file.floats("a"))
                    .isInstanceOf(Fault.class)
                    .hasMessageContainingAll("weights.safetensors", "'a'", "F8_E4M3")
                    .extracting("code").isEqualTo("weights_unsupported");
        }
    }

    @Test
    void ignoresUnknownKeysOfATensorAndPadding() throws IOException {
        String header = "{\"a\":{\"x\":{\"y\":[1,{}]},\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}   ";
        Files.write(path, withLength(header.length(), header, 1));
        try (TensorFile file = TensorFiles.open(path)) {
            assertThat(file.longs("a")).containsExactly(0);
        }
    }

    private static Arguments header(String what, String content, int dataBytes, String... said) {
        return Arguments.of(what, content, dataBytes, said);
    }

    private static String entry(String name, String type, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":["
                + begin + "," + end + "]}";
    }

    private static byte[] file(String headerContent, int dataBytes) {
        String header = headerContent.startsWith("{") ? headerContent : "{" + headerContent + "}";
        return withLength(header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes);
    }

    private static byte[] withLength(long length, String header, int dataBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(header.length() + 16 + dataBytes);
        bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
        bytes.writeBytes(header.getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(new byte[dataBytes]);
        return bytes.toByteArray();
    }
}
