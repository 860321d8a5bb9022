package dev.kappa.weights;

import static dev.kappa.weights.Hostile.assertRefused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NpzHostileTest {
    /** Offsets in the end record and in the first central header of {@link #good}. */
    private static final int END = 22;

    private static final int CENTRAL = 46 + 5;
    private static final byte[] ARRAY = Zips.npy("<f4", "(2,)", 8);

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void warmUp() {
        path = folder.resolve("weights.npz");
        Hostile.readAll(Golden.path("packed.npz"));
    }

    private static byte[] good() {
        return Zips.stored(Map.of("a.npy", ARRAY));
    }

    static Stream<Arguments> arrays() {
        return Stream.of(
                array("Python objects", Zips.npy("|O", "(1,)", 8), "|O"),
                array("records", Zips.npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", 8), "records"),
                array("an unknown type", Zips.npy("float", "(1,)", 8), "float"),
                array("fewer numbers than its shape", Zips.npy("<f4", "(3,)", 8), "12", "8"),
                array("more numbers than its shape", Zips.npy("<f4", "(1,)", 8), "4", "8"),
                array("a shape that overflows", Zips.npy("<f4", "(4294967296, 4294967296)", 8), "2^60"),
                array("a shape of nineteen digits", Zips.npy("<f4", "(9999999999999999999,)", 8), "18 digits"),
                array("a negative size", Zips.npy("<f4", "(-2,)", 8), "whole number"),
                array("a shape that is a number", Zips.npy("<f4", "(2)", 8), "tuple"),
                array("seventeen dimensions", Zips.npy("<f4", "(" + "1,".repeat(17) + ")", 4), "16"),
                array("no shape", Zips.npy("{'descr': '<f4', 'fortran_order': False}", 8), "shape"),
                array("a key twice", Zips.npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 8), "descr"),
                array("an unknown key", Zips.npy("{'x': '<f4', 'fortran_order': False, 'shape': (2,)}", 8), "'x'"),
                array("an order that is no truth value", Zips.npy("{'descr': '<f4', 'fortran_order': 1, 'shape': (2,)}", 8), "False"),
                array("text after its dictionary", Zips.npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", 8), "spaces"),
                array("an unfinished dictionary", Zips.npy("{'descr': '<f4', ", 8), "plain string"),
                array("a string that never ends", Zips.npy("{'descr: <f4", 8), "plain string"),
                array("an escape in a string", Zips.npy("{'de\\x73cr': '<f4'}", 8), "plain string"),
                array("an expression", Zips.npy("{'descr': '<f' + '4'}", 8), "needs }"),
                array("no line feed", edited(ARRAY, bytes -> bytes.put(bytes.capacity() - 9, (byte) ' ')), "line feed"),
                array("a wrong magic", edited(ARRAY, bytes -> bytes.put(1, (byte) 'M')), "NPY"),
                array("version 4", edited(ARRAY, bytes -> bytes.put(6, (byte) 4)), "version"),
                array("a header beyond its end", edited(ARRAY, bytes -> bytes.putShort(8, (short) 30_000)), "ends within"),
                array("a header of 4 GB", edited(ARRAY, bytes -> bytes.put(6, (byte) 2).putInt(8, -1)), "4294967295"),
                array("nothing in it", new byte[0], "ends within"),
                array("its magic only", Arrays.copyOf(ARRAY, 7), "ends within"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("arrays")
    void refusesAnArrayWith(String what, byte[] array, String[] said) throws IOException {
        Files.write(path, Zips.stored(Map.of("a.npy", array)));
        assertRefused(path, said);
        Files.write(path, Zips.deflated(Map.of("a.npy", array)));
        assertRefused(path, said);
    }

    static Stream<Arguments> zips() {
        byte[] good = good();
        int end = good.length - END;
        int central = end - CENTRAL;
        Map<String, byte[]> two = new LinkedHashMap<>();
        two.put("a.npy", ARRAY);
        two.put("b.npy", ARRAY);
        byte[] pair = Zips.stored(two);
        int secondCentral = pair.length - END - CENTRAL;
        return Stream.of(
                zip("no end record", Arrays.copyOf(good, end), "end record"),
                zip("a comment", edited(Arrays.copyOf(good, good.length + 3), bytes -> bytes.putShort(end + 20, (short) 3)), "comment"),
                zip("one byte too many", Arrays.copyOf(good, good.length + 1), "end record"),
                zip("a directory beyond the file", edited(good, bytes -> bytes.putInt(end + 16, 1 << 30)), "central directory"),
                zip("a directory before itself", edited(good, bytes -> bytes.putInt(end + 16, central - 1)), "central directory"),
                zip("a directory of the wrong size", edited(good, bytes -> bytes.putInt(end + 12, CENTRAL - 1)), "central directory"),
                zip("more entries than there are", edited(good, bytes -> bytes.putShort(end + 8, (short) 2).putShort(end + 10, (short) 2)), "2 entries"),
                zip("fewer entries than there are", edited(good, bytes -> bytes.putShort(end + 8, (short) 0).putShort(end + 10, (short) 0)), "more than its 0"),
                zip("65,535 entries", edited(good, bytes -> bytes.putShort(end + 8, (short) -1).putShort(end + 10, (short) -1)), "65535"),
                zip("several disks", edited(good, bytes -> bytes.putShort(end + 4, (short) 1)), "disks"),
                zip("a wrong central signature", edited(good, bytes -> bytes.put(central, (byte) 'Q')), "signature"),
                zip("a wrong local signature", edited(good, bytes -> bytes.put(0, (byte) 'Q')), "disagrees"),
                zip("encryption", edited(good, bytes -> bytes.putShort(6, (short) 1).putShort(central + 8, (short) 1)), "encrypted"),
                zip("an unknown method", edited(good, bytes -> bytes.putShort(8, (short) 12).putShort(central + 10, (short) 12)), "method 12"),
                zip("two names for one entry", edited(good, bytes -> bytes.put(30, (byte) 'b')), "disagrees"),
                zip("two methods for one entry", edited(good, bytes -> bytes.putShort(8, (short) 8)), "disagrees"),
                zip("the same name twice", edited(pair, bytes -> bytes.put(secondCentral + 46, (byte) 'a')
                        .put(bytes.getInt(secondCentral + 42) + 30, (byte) 'a')), "twice"),
                zip("two entries in one place", edited(pair, bytes -> bytes.putInt(secondCentral + 42, 0)
                        .put(secondCentral + 46, (byte) 'a').put(secondCentral - CENTRAL + 46, (byte) 'a')), "twice"),
                zip("entries that overlap", overlapping(), "overlaps"),
                zip("an entry beyond the directory", edited(good, bytes -> bytes.putInt(central + 42, central)), "beyond"),
                zip("data beyond the directory", edited(good, bytes -> bytes.putInt(central + 20, 10_000).putInt(central + 24, 10_000)), "10000"),
                zip("two sizes for stored data", edited(good, bytes -> bytes.putInt(central + 24, 10_000)), "10000"),
                zip("a size of 64 bits without its field", edited(good, bytes -> bytes.putInt(central + 20, -1).putInt(central + 24, -1)), "64 bits"),
                zip("a path out of the archive", Zips.stored(Map.of("../a.npy", ARRAY)), "path"),
                zip("an absolute path", Zips.stored(Map.of("/a.npy", ARRAY)), "path"),
                zip("a path for Windows", Zips.stored(Map.of("..\\a.npy", ARRAY)), "path"),
                zip("a name of 300 letters", Zips.stored(Map.of("a".repeat(300) + ".npy", ARRAY)), "304"),
                zip("a name that is not UTF-8", edited(good, bytes -> bytes.put(30, (byte) 0xff).put(central + 46, (byte) 0xff)), "UTF-8"),
                zip("an entry that is no array", Zips.stored(Map.of("a.txt", ARRAY)), "<name>.npy"),
                zip("an array without a name", Zips.stored(Map.of(".npy", ARRAY)), "<name>.npy"),
                zip("a wrong checksum", deflatedWith(bytes -> bytes.putInt(16, 7)), "CRC-32"),
                zip("less than it declares", shortDeflated(), "declares"),
                zip("more than deflate can hold", deflatedWith(bytes -> bytes.putInt(24, 2_000_000_000)), "1032"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("zips")
    void refusesAZipWith(String what, byte[] zip, String[] said) throws IOException {
        Files.write(path, zip);
        assertRefused(path, said);
    }

    @Test
    void refusesABombWhoseArrayIsSmallerThanItsEntry() throws IOException {
        byte[] bomb = Zips.npy("<f4", "(2,)", 200 << 20);
        Files.write(path, Zips.deflated(Map.of("a.npy", bomb)));
        assertRefused(path, "takes 8");
    }

    @Test
    void refusesABombThatInflatesToMoreThanItDeclares() throws IOException {
        // 64 MB of zeros in an entry that declares the 8 bytes of its array.
        byte[] bomb = Zips.deflated(Map.of("a.npy", Zips.npy("<f4", "(2,)", 64 << 20)));
        int central = bomb.length - END - CENTRAL;
        ByteBuffer.wrap(bomb).order(ByteOrder.LITTLE_ENDIAN).putInt(central + 24, ARRAY.length);
        Files.write(path, bomb);
        assertRefused(path, "does not end");
    }

    private static byte[] overlapping() {
        // The first entry's declared data reach into the second's header.
        Map<String, byte[]> two = new LinkedHashMap<>();
        two.put("a.npy", Zips.npy("<f4", "(2,)", 8));
        two.put("b.npy", ARRAY);
        byte[] pair = Zips.stored(two);
        int firstCentral = pair.length - END - 2 * CENTRAL;
        return edited(pair, bytes -> bytes.putInt(firstCentral + 20, ARRAY.length + 4).putInt(firstCentral + 24, ARRAY.length + 4));
    }

    /** A deflated array; the edit sees the central header at 0. */
    private static byte[] deflatedWith(Consumer<ByteBuffer> edit) {
        byte[] zip = Zips.deflated(Map.of("a.npy", Zips.npy("<f4", "(1000,)", 4000)));
        int central = zip.length - END - CENTRAL;
        ByteBuffer header = ByteBuffer.wrap(zip, central, CENTRAL).slice().order(ByteOrder.LITTLE_ENDIAN);
        edit.accept(header);
        return zip;
    }

    /** The array has 1001 numbers, of which 1000 are there. */
    private static byte[] shortDeflated() {
        byte[] zip = Zips.deflated(Map.of("a.npy", Zips.npy("<f4", "(1001,)", 4000)));
        int central = zip.length - END - CENTRAL;
        return edited(zip, bytes -> bytes.putInt(central + 24, bytes.getInt(central + 24) + 4));
    }

    private static byte[] edited(byte[] original, Consumer<ByteBuffer> edit) {
        byte[] copy = original.clone();
        edit.accept(ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN));
        return copy;
    }

    private static Arguments array(String what, byte[] array, String... said) {
        return Arguments.of(what, array, said);
    }

    private static Arguments zip(String what, byte[] zip, String... said) {
        return Arguments.of(what, zip, said);
    }
}
