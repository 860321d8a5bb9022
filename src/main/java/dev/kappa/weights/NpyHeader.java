package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The header of an NPY array.
 *
 * <pre>
 * 93 'NUMPY'  major minor      versions 1.0, 2.0, 3.0
 * u16 (1.0) or u32             length of what follows
 * text                         {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }   spaces, '\n'
 * </pre>
 *
 * The text is a Python dictionary with exactly these keys, in any order.
 *
 * @param descr the type, as numpy writes it
 * @param length all bytes before the numbers
 */
record NpyHeader(String descr, boolean fortranOrder, List<Long> shape, long length) {
    private static final int LONGEST = 1 << 16;

    /** Reads the header of an entry of {@code size} bytes; {@code source} fills buffers with its bytes, in order. */
    static NpyHeader read(FileBytes file, String entry, long size, Consumer<ByteBuffer> source) {
        Reader reader = new Reader(file, entry, size, source);
        return reader.read();
    }

    private static final class Reader {
        private final FileBytes file;
        private final String entry;
        private final Consumer<ByteBuffer> source;
        private final long size;
        private long taken;
        private String text;
        private int at;

        Reader(FileBytes file, String entry, long size, Consumer<ByteBuffer> source) {
            this.file = file;
            this.entry = entry;
            this.size = size;
            this.source = source;
        }

        NpyHeader read() {
            byte[] magic = take(8);
            int major = magic[6];
            if (!new String(magic, 0, 6, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY")
                    || major < 1 || major > 3 || magic[7] != 0) {
                throw malformed("it is not an NPY array of version 1.0, 2.0 or 3.0");
            }
            long length = 0;
            byte[] bytes = take(major == 1 ? 2 : 4);
            for (int i = bytes.length - 1; i >= 0; i--) {
                length = length << 8 | bytes[i] & 0xff;
            }
            if (length > LONGEST) {
                throw malformed("its header has " + length + " bytes; at most " + LONGEST + " are accepted");
            }
            text = new String(take((int) length), major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
            return dictionary();
        }

        private byte[] take(int count) {
            if (count > size - taken) {
                throw malformed("it ends within its header");
            }
            taken += count;
            ByteBuffer bytes = ByteBuffer.allocate(count);
            source.accept(bytes);
            return bytes.array();
        }

        private NpyHeader dictionary() {
            String descr = null;
            Boolean fortranOrder = null;
            List<Long> shape = null;
            expect("{");
            while (!accept("}")) {
                String key = string();
                expect(":");
                if (key.equals("descr") && descr == null) {
                    descr = descr();
                } else if (key.equals("fortran_order") && fortranOrder == null) {
                    fortranOrder = accept("True");
                    if (!fortranOrder) {
                        expect("False");
                    }
                } else if (key.equals("shape") && shape == null) {
                    shape = shape();
                } else {
                    throw malformed("its header has the key '" + key + "', which is unknown or there twice");
                }
                if (!accept(",")) {
                    expect("}");
                    break;
                }
            }
            if (descr == null || fortranOrder == null || shape == null) {
                throw malformed("its header needs 'descr', 'fortran_order' and 'shape'");
            }
            if (!text.endsWith("\n") || !text.substring(at).isBlank()) {
                throw malformed("its header must end with a line feed, after nothing but spaces");
            }
            return new NpyHeader(descr, fortranOrder, shape, taken);
        }

        private String descr() {
            if (accept("[")) {
                throw malformed("it is an array of records; arrays of numbers are accepted");
            }
            return string();
        }

        private List<Long> shape() {
            List<Long> shape = new ArrayList<>();
            expect("(");
            while (!accept(")")) {
                shape.add(number());
                if (shape.size() > TensorInfo.MOST_DIMENSIONS) {
                    throw malformed("it has more than " + TensorInfo.MOST_DIMENSIONS + " dimensions");
                }
                if (!accept(",")) {
                    expect(")");
                    // Python reads (5) as a number.
                    if (shape.size() == 1) {
                        throw malformed("its shape is not a tuple");
                    }
                    break;
                }
            }
            return shape;
        }

        private long number() {
            spaces();
            int start = at;
            while (at < text.length() && Character.digit(text.charAt(at), 10) >= 0 && text.charAt(at) < 128) {
                at++;
            }
            if (at == start || at - start > 18) {
                throw malformed("its shape has a size that is not a whole number of at most 18 digits");
            }
            return Long.parseLong(text, start, at, 10);
        }

        private String string() {
            spaces();
            char quote = at < text.length() ? text.charAt(at) : ' ';
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0 || text.indexOf('\\', at) >= 0) {
                throw malformed("its header needs a plain string at character " + at);
            }
            String value = text.substring(at + 1, end);
            at = end + 1;
            return value;
        }

        private boolean accept(String token) {
            spaces();
            boolean there = text.startsWith(token, at);
            at += there ? token.length() : 0;
            return there;
        }

        private void expect(String token) {
            if (!accept(token)) {
                throw malformed("its header needs " + token + " at character " + at);
            }
        }

        private void spaces() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }

        private RuntimeException malformed(String detail) {
            return file.malformed("entry '" + entry + "': " + detail);
        }
    }
}
