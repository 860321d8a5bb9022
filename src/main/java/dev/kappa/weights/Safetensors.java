package dev.kappa.weights;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads safetensors files.
 *
 * <pre>
 * u64      N, little-endian, at most 100,000,000
 * N bytes  UTF-8 JSON, '{' first, padded with spaces at will:
 *          { "__metadata__": { string: string, … },
 *            name: { "dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end] }, … }
 * rest     the numbers, little-endian and row-major; offsets count from here
 * </pre>
 *
 * In order of their offsets the tensors fill the rest of the file: no holes, no overlap, nothing after
 * the last. A shape may be empty (one number) and may have zeros (no numbers). Nothing is promised about
 * alignment. Keys must not repeat; unknown keys of a tensor are ignored.
 *
 * <p>Types that the format knows and this program does not use (8 bits and less of floating point,
 * complex) are checked like the others, but such tensors are not listed, and asking for one is a fault.
 * Any other type makes the file malformed.
 */
final class Safetensors {
    static final int LENGTH_BYTES = 8;
    private static final long LONGEST_HEADER = 100_000_000;

    private static final Map<String, Integer> UNSUPPORTED_BITS = Map.of(
            "F4", 4, "F6_E2M3", 6, "F6_E3M2", 6,
            "F8_E4M3", 8, "F8_E5M2", 8, "F8_E8M0", 8, "F8_E4M3FNUZ", 8, "F8_E5M2FNUZ", 8,
            "C64", 64);

    private static final Map<String, ElementType> TYPES = new HashMap<>();

    static {
        for (ElementType type : ElementType.values()) {
            TYPES.put(type.name(), type);
        }
    }

    private final FileBytes file;
    private final Map<String, StoredTensor> stored = new LinkedHashMap<>();
    private final Map<String, String> unsupported = new HashMap<>();

    private Safetensors(FileBytes file) {
        this.file = file;
    }

    static TensorTable open(Path path) {
        FileBytes file = FileBytes.open(path);
        try {
            return new Safetensors(file).read();
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private TensorTable read() {
        long dataStart = dataStart();
        SafetensorsHeader header = SafetensorsHeader.read(file, dataStart);
        List<SafetensorsHeader.Entry> entries = header.entries;
        entries.sort(Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                .thenComparingLong(SafetensorsHeader.Entry::end));
        long previousEnd = 0;
        for (SafetensorsHeader.Entry entry : entries) {
            check(entry, previousEnd);
            add(entry, dataStart);
            previousEnd = entry.end();
        }
        if (previousEnd != file.size() - dataStart) {
            throw file.malformed("the tensors end at byte " + previousEnd + " of the data, which has "
                    + (file.size() - dataStart) + " bytes; both must be the same");
        }
        return new TensorTable(file.name(), stored, unsupported, header.metadata, List.of(file));
    }

    private long dataStart() {
        if (file.size() < LENGTH_BYTES) {
            throw file.malformed("the file has " + file.size() + " bytes; a safetensors file has at least 8");
        }
        long length = file.bytes(0, LENGTH_BYTES).getLong();
        if (length < 0 || length > LONGEST_HEADER) {
            throw file.malformed("the header's length is " + Long.toUnsignedString(length) + "; at most "
                    + LONGEST_HEADER + " is accepted");
        }
        if (LENGTH_BYTES + length > file.size()) {
            throw file.malformed("the header's length is " + length + ", but the file has " + file.size() + " bytes");
        }
        if (length == 0 || file.bytes(LENGTH_BYTES, 1).get() != '{') {
            throw file.malformed("the header must begin with '{'");
        }
        return LENGTH_BYTES + length;
    }

    private void check(SafetensorsHeader.Entry entry, long previousEnd) {
        String tensor = "tensor '" + entry.name() + "'";
        if (entry.begin() != previousEnd || entry.end() < entry.begin()) {
            throw file.malformed(tensor + " has data_offsets [" + entry.begin() + ", " + entry.end()
                    + "]; it must begin at " + previousEnd + ", where the one before it ends, and not end earlier");
        }
        long elements = TensorInfo.count(file, entry.name(), entry.shape());
        long bits = bits(entry);
        if (elements > Long.MAX_VALUE / bits || elements * bits % 8 != 0) {
            throw file.malformed(tensor + " has " + elements + " elements of " + bits
                    + " bits, which is not a whole number of bytes that fits 63 bits");
        }
        if (entry.end() - entry.begin() != elements * bits / 8) {
            throw file.malformed(tensor + " has " + (entry.end() - entry.begin()) + " bytes, but " + entry.type()
                    + " of shape " + entry.shape() + " takes " + elements * bits / 8);
        }
    }

    private long bits(SafetensorsHeader.Entry entry) {
        ElementType type = TYPES.get(entry.type());
        if (type != null) {
            return 8L * type.bytes();
        }
        Integer bits = UNSUPPORTED_BITS.get(entry.type());
        if (bits == null) {
            throw file.malformed("tensor '" + entry.name() + "' has the unknown dtype '" + entry.type() + "'");
        }
        return bits;
    }

    private void add(SafetensorsHeader.Entry entry, long dataStart) {
        ElementType type = TYPES.get(entry.type());
        if (type == null) {
            unsupported.put(entry.name(), entry.type());
            return;
        }
        TensorInfo info = new TensorInfo(entry.name(), type, entry.shape());
        Elements elements = new ContiguousElements(file, dataStart + entry.begin(), type.bytes());
        stored.put(entry.name(), new StoredTensor(info, elements));
    }
}
