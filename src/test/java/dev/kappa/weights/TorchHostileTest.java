package dev.kappa.weights;

import static dev.kappa.weights.Hostile.assertRefused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pickles here are written as text of one byte a character: {@code \u0080\u0002} is the protocol. */
class TorchHostileTest {
    private static final String PROTOCOL = "\u0080\u0002";

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void warmUp() {
        path = folder.resolve("weights.pt");
        Hostile.readAll(Golden.path("views.pt"));
    }

    static Stream<Arguments> pickles() {
        return Stream.of(
                pickle("nothing", "", "ends within"),
                pickle("no protocol", "}.", "protocol"),
                pickle("protocol 4", "\u0080\u0004}.", "protocol 4"),
                pickle("no STOP", PROTOCOL + "}", "STOP"),
                pickle("bytes after STOP", PROTOCOL + "}.}", "1 bytes follow"),
                pickle("an empty stack at STOP", PROTOCOL + ".", "leaves 0"),
                pickle("two values at STOP", PROTOCOL + "}}.", "leaves 2"),
                pickle("an open mark at STOP", PROTOCOL + "}(.", "STOP"),
                pickle("a call of os.system", PROTOCOL + "cos\nsystem\n" + text("true") + "\u0085R.", "os system"),
                pickle("a call of eval", PROTOCOL + "cbuiltins\neval\n" + text("1") + "\u0085R.", "builtins eval"),
                pickle("a whitelisted module with another name", PROTOCOL + "ctorch._utils\n_rebuild_tensor\n.", "_rebuild_tensor'"),
                pickle("a name within a name", PROTOCOL + "ctorch\nFloatStorage.from_file\n.", "from_file"),
                pickle("a name of a thousand letters", PROTOCOL + "c" + "x".repeat(1000) + "\ny\n.", "100 characters"),
                pickle("a name without an end", PROTOCOL + "ctorch", "ends within"),
                pickle("STACK_GLOBAL", PROTOCOL + text("os") + text("system") + "\u0093.", "0x93"),
                pickle("INST", PROTOCOL + "(ios\nsystem\n.", "0x69"),
                pickle("OBJ", PROTOCOL + "(ctorch\nSize\no.", "0x6f"),
                pickle("NEWOBJ", PROTOCOL + "ctorch\nSize\n)\u0081.", "0x81"),
                pickle("EXT1", PROTOCOL + "\u0082\u0001.", "0x82"),
                pickle("PERSID", PROTOCOL + "Pstorage\n.", "0x50"),
                pickle("FRAME", PROTOCOL + "\u0095" + "\0".repeat(8) + "}.", "0x95"),
                pickle("POP", PROTOCOL + "}}0.", "0x30"),
                pickle("a storage called as a function", PROTOCOL + "ctorch\nFloatStorage\n)R.", "calls torch FloatStorage"),
                pickle("a dictionary called as a function", PROTOCOL + "})R.", "cannot be called"),
                pickle("a call without a tuple", PROTOCOL + "ccollections\nOrderedDict\n}R.", "cannot be called"),
                pickle("an OrderedDict with arguments", PROTOCOL + "ccollections\nOrderedDict\nK\u0001\u0085R.", "OrderedDict"),
                pickle("attributes of a plain dictionary", PROTOCOL + "}}b.", "attributes"),
                pickle("attributes that are no dictionary", PROTOCOL + "ccollections\nOrderedDict\n)RK\u0001b.", "attributes"),
                pickle("attributes of a list", PROTOCOL + "]}b.", "attributes"),
                pickle("a stack underflow", PROTOCOL + "\u0087.", "empty stack"),
                pickle("an underflow through a mark", PROTOCOL + "}(s.", "empty stack"),
                pickle("TUPLE without a mark", PROTOCOL + "}t.", "mark"),
                pickle("a thousand open marks", PROTOCOL + "(".repeat(1001) + ".", "marks"),
                pickle("a key without a value", PROTOCOL + "}(K\u0001u.", "keys without values"),
                pickle("items of a list", PROTOCOL + "](K\u0001K\u0002u.", "not a dictionary"),
                pickle("an append to a dictionary", PROTOCOL + "}K\u0001a.", "not a list"),
                pickle("a key that is a list", PROTOCOL + "}]K\u0001s.", "key"),
                pickle("a key that is a tuple of itself", PROTOCOL + "}q\u0000(h\u0000)u.", "key"),
                pickle("a key twice", PROTOCOL + "}K\u0001K\u0001sK\u0001K\u0001s.", "'1' is there twice"),
                pickle("a memo entry that was not set", PROTOCOL + "h\u0007.", "memo entry 7"),
                pickle("a memo entry of two billion", PROTOCOL + "}r\u00ff\u00ff\u00ff\u007f.", "2147483647"),
                pickle("a negative memo entry", PROTOCOL + "}r\u00ff\u00ff\u00ff\u00ff.", "4294967295"),
                pickle("a text of 4 GB", PROTOCOL + "X\u00ff\u00ff\u00ff\u00ff.", "4294967295"),
                pickle("a text of 2 GB", PROTOCOL + "X\u00ff\u00ff\u00ff\u007f.", "2147483647"),
                pickle("a text that is not UTF-8", PROTOCOL + "X\u0001\0\0\0\u00ff.", "UTF-8"),
                pickle("a number of 9 bytes", PROTOCOL + "\u008a\u0009" + "\u0001".repeat(9) + ".", "9 bytes"),
                pickle("an unfinished number", PROTOCOL + "J\u0001", "ends within"),
                pickle("a dictionary that contains itself", PROTOCOL + "}q\u0000" + text("a") + "h\u0000s.", "deeper"),
                pickle("a million values", PROTOCOL + "N".repeat(1_000_000) + ".", "stack deeper"),
                pickle("a list of a million values", PROTOCOL + "]" + "Na".repeat(900_000) + ".", "values"),
                pickle("a million empty texts", PROTOCOL + "]" + "U\0a".repeat(600_000) + ".", "values"),
                pickle("lists within lists", PROTOCOL + "]".repeat(90_000) + "a".repeat(89_999) + ".", "not a dictionary"),
                pickle("a persistent id of one item", PROTOCOL + text("storage") + "\u0085Q.", "persistent id"),
                pickle("a persistent id that is a text", PROTOCOL + text("0") + "Q.", "persistent id"),
                pickle("a persistent id of a wrong kind", PROTOCOL + "(" + text("module") + "ctorch\nFloatStorage\n"
                        + text("0") + text("cpu") + "K\u0004tQ.", "persistent id"),
                pickle("a storage of negative length", PROTOCOL + "(" + text("storage") + "ctorch\nFloatStorage\n"
                        + text("0") + text("cpu") + "J\u00ff\u00ff\u00ff\u00fftQ.", "persistent id"),
                pickle("a storage of no type", PROTOCOL + "(" + text("storage") + "ctorch\nSize\n"
                        + text("0") + text("cpu") + "K\u0004tQ.", "persistent id"),
                tensor("a storage that is not there", "1", 4, 0, "K\u0004\u0085", "K\u0001\u0085", "'1'", "none"),
                tensor("a storage out of the archive", "../data.pkl", 4, 0, "K\u0004\u0085", "K\u0001\u0085", "none"),
                tensor("a record shorter than its storage", "0", 5, 0, "K\u0004\u0085", "K\u0001\u0085", "5 F32", "16 bytes"),
                tensor("a record longer than its storage", "0", 3, 0, "K\u0003\u0085", "K\u0001\u0085", "3 F32", "16 bytes"),
                tensor("a storage whose bytes overflow", "0", 1L << 62, 0, "K\u0004\u0085", "K\u0001\u0085", "F32"),
                tensor("more elements than its storage", "0", 4, 0, "K\u0005\u0085", "K\u0001\u0085", "[5]", "4 elements"),
                tensor("an offset beyond its storage", "0", 4, 4, "K\u0001\u0085", "K\u0001\u0085", "offset 4"),
                tensor("a negative offset", "0", 4, -1, "K\u0001\u0085", "K\u0001\u0085", "offset -1"),
                tensor("a stride beyond its storage", "0", 4, 0, "K\u0002\u0085", "K\u0004\u0085", "strides [4]"),
                tensor("a stride that overflows", "0", 4, 0, "K\u0003\u0085", number(Long.MAX_VALUE) + "\u0085", "strides"),
                tensor("a negative stride", "0", 4, 3, "K\u0004\u0085", number(-1) + "\u0085", "from 0 on"),
                tensor("a negative size", "0", 4, 0, number(-4) + "\u0085", "K\u0001\u0085", "from 0 on"),
                tensor("a size that is a text", "0", 4, 0, text("4") + "\u0085", "K\u0001\u0085", "whole numbers"),
                tensor("fewer strides than sizes", "0", 4, 0, "K\u0002K\u0002\u0086", "K\u0001\u0085", "[2, 2]"),
                tensor("a terabyte of repeats", "0", 4, 0, number(1L << 40) + "\u0085", "K\u0000\u0085", "strides [0]"),
                tensor("sizes that overflow", "0", 4, 0, number(1L << 40) + number(1L << 40) + "\u0086", "K\0K\0\u0086", "2^60"),
                tensor("seventeen dimensions", "0", 4, 0, "(" + "K\u0001".repeat(17) + "t", "(" + "K\u0001".repeat(17) + "t", "16"),
                pickle("a tensor with four arguments", PROTOCOL + "ctorch._utils\n_rebuild_tensor_v2\n(K\0K\0K\0K\0tR.", "takes"),
                pickle("a parameter that is no tensor", PROTOCOL + "ctorch._utils\n_rebuild_parameter\nN\u0088}\u0087R.", "takes"),
                pickle("a value that is no dictionary", PROTOCOL + "K\u0001.", "not a dictionary"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pickles")
    void refusesAPickleWith(String what, String pickle, String[] said) throws IOException {
        Files.write(path, checkpoint(pickle));
        assertRefused(path, said);
    }

    @Test
    void theTensorThatTheseCasesSpoilIsReadWhenItIsWhole() throws IOException {
        Files.write(path, checkpoint(tensorPickle("0", 4, 0, "K\u0002K\u0002\u0086", "K\u0002K\u0001\u0086")));
        try (TensorFile file = TensorFiles.open(path)) {
            assertThat(file.floats("w")).containsExactly(0, 0, 0, 0);
        }
    }

    @Test
    void refusesManyNamesThroughOneDictionary() throws IOException {
        // An inner dictionary of 1000 numbers, under 1000 long names.
        StringBuilder pickle = new StringBuilder(PROTOCOL + "}q\u0000(");
        for (int i = 0; i < 1000; i++) {
            pickle.append("M").append((char) (i & 0xff)).append((char) (i >> 8)).append('N');
        }
        pickle.append("u}(");
        for (int i = 0; i < 1000; i++) {
            pickle.append(text("x".repeat(200) + i)).append("h\u0000");
        }
        Files.write(path, checkpoint(pickle + "u\u0085."));
        assertRefused(path);
        Files.write(path, checkpoint(pickle + "u."));
        assertRefused(path);
    }

    @Test
    void refusesArchivesThatAreNoPlainCheckpoint() throws IOException {
        byte[] empty = (PROTOCOL + "}.").getBytes(ISO_8859_1);
        Map<String, Map<String, byte[]>> archives = new LinkedHashMap<>();
        archives.put("has 0", Map.of("archive/x", empty));
        archives.put("has 2", Map.of("a/data.pkl", empty, "b/data.pkl", empty));
        archives.put("constants.pkl", Map.of("a/data.pkl", empty, "a/constants.pkl", empty));
        archives.put("does not belong", Map.of("a/data.pkl", empty, "b/data/0", empty));
        archives.put("byte order", Map.of("a/data.pkl", empty, "a/byteorder", "big".getBytes(ISO_8859_1)));
        archives.put("2097153 bytes", Map.of("a/data.pkl", new byte[(2 << 20) + 1]));
        for (Map.Entry<String, Map<String, byte[]>> archive : archives.entrySet()) {
            Files.write(path, Zips.stored(archive.getValue()));
            assertRefused(path, archive.getKey());
        }
        Files.write(path, Zips.deflated(Map.of("a/data.pkl", empty)));
        assertRefused(path, "deflated");
        Files.writeString(path, "not a zip at all, just some text that is long enough");
        assertRefused(path, "end record");
        Files.write(path, new byte[0]);
        assertRefused(path, "end record");
    }

    private static Arguments pickle(String what, String pickle, String... said) {
        return Arguments.of(what, pickle, said);
    }

    private static Arguments tensor(
            String what, String key, long storage, long offset, String sizes, String strides, String... said) {
        return Arguments.of(what, tensorPickle(key, storage, offset, sizes, strides), said);
    }

    /** A dictionary with one f32 tensor 'w'. */
    private static String tensorPickle(String key, long storage, long offset, String sizes, String strides) {
        return PROTOCOL + "}" + text("w") + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n"
                + text(key) + text("cpu") + number(storage) + "tQ" + number(offset) + sizes + strides
                + "\u0089ccollections\nOrderedDict\n)RtRs.";
    }

    private static String text(String text) {
        return "X" + (char) text.length() + "\0\0\0" + text;
    }

    private static String number(long value) {
        return "\u008a\u0008" + new String(
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), ISO_8859_1);
    }

    /** A checkpoint with this pickle and a storage '0' of 16 zeros. */
    private static byte[] checkpoint(String pickle) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(pickle.getBytes(ISO_8859_1));
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", bytes.toByteArray());
        entries.put("archive/data/0", new byte[16]);
        return Zips.stored(entries);
    }
}
