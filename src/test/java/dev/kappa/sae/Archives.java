package dev.kappa.sae;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes the archives that NumPy and PyTorch would. */
final class Archives {
    /** Numbers in a shape. */
    record Array(float[] values, long... shape) {
        byte[] bytes() {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            return bytes.array();
        }

        private String tuple() {
            String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
            return "(" + sizes + (shape.length == 1 ? ",)" : ")");
        }
    }

    private Archives() {}

    static void npz(Path path, Map<String, Array> arrays) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        arrays.forEach((name, array) -> {
            byte[] header = ("{'descr': '<f4', 'fortran_order': False, 'shape': " + array.tuple() + ", }\n").getBytes(ISO_8859_1);
            byte[] data = array.bytes();
            entries.put(name + ".npy", ByteBuffer.allocate(10 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 0x93).put("NUMPY".getBytes(ISO_8859_1)).put((byte) 1).put((byte) 0)
                    .putShort((short) header.length).put(header).put(data).array());
        });
        zip(path, entries);
    }

    /** A state dict of f32 tensors, and of the integers among {@code counts}. */
    static void torch(Path path, Map<String, Array> tensors, Map<String, Integer> counts) throws IOException {
        StringBuilder pickle = new StringBuilder("\u0080\u0002ccollections\nOrderedDict\n)R(");
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("ae/data.pkl", new byte[0]);
        tensors.forEach((name, array) -> {
            String key = Integer.toString(entries.size() - 1);
            pickle.append(tensor(name, "FloatStorage", key, array.values().length, array.shape()));
            entries.put("ae/data/" + key, array.bytes());
        });
        counts.forEach((name, count) -> {
            String key = Integer.toString(entries.size() - 1);
            pickle.append(tensor(name, "IntStorage", key, 1));
            entries.put("ae/data/" + key, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(count).array());
        });
        entries.put("ae/data.pkl", pickle.append("u.").toString().getBytes(ISO_8859_1));
        entries.put("ae/version", "3\n".getBytes(ISO_8859_1));
        zip(path, entries);
    }

    private static String tensor(String name, String storage, String key, int count, long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        return text(name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + storage + "\n" + text(key)
                + text("cpu") + number(count) + "tQ" + number(0) + numbers(shape) + numbers(strides)
                + "\u0089ccollections\nOrderedDict\n)RtR";
    }

    private static String numbers(long... values) {
        return "(" + Arrays.stream(values).mapToObj(Archives::number).collect(Collectors.joining()) + "t";
    }

    private static String text(String text) {
        return "X" + (char) text.length() + "\0\0\0" + text;
    }

    private static String number(long value) {
        return "J" + new String(
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array(), ISO_8859_1);
    }

    private static void zip(Path path, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(content.getKey());
                CRC32 crc = new CRC32();
                crc.update(content.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setCrc(crc.getValue());
                entry.setSize(content.getValue().length);
                zip.putNextEntry(entry);
                zip.write(content.getValue());
            }
        }
    }
}
