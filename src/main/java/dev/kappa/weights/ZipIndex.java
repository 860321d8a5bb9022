package dev.kappa.weights;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the entries of a zip file are, from its central directory.
 *
 * <pre>
 * local header + data, per entry       PK 03 04
 * central header, per entry            PK 01 02   name, method, sizes, CRC-32, place of the local header
 * zip64 end + zip64 locator, optional  PK 06 06, PK 06 07
 * end                                  PK 05 06   22 bytes, the last of the file
 * </pre>
 *
 * The sizes in local headers are not used: writers that stream leave them open. Only the start of the
 * data comes from there, since padding for alignment stands in the local header alone.
 *
 * <p>Anything that two programs could read differently is refused: a comment after the end, bytes between
 * directory and end, entries that overlap, that have the same name, or whose two headers disagree; also
 * encryption, several disks, and names that are paths out of the archive.
 */
final class ZipIndex {
    /** Methods of an entry. */
    static final int STORED = 0;

    static final int DEFLATED = 8;

    private static final int END_BYTES = 22;
    private static final int ZIP64_LOCATOR_BYTES = 20;
    private static final int ZIP64_END_BYTES = 56;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final long NONE_32 = 0xffffffffL;
    private static final int MOST_ENTRIES = 1 << 15;

    /** Bytes of extra fields or comment in the central directory; known writers use less than 50. */
    private static final int LONGEST_EXTRA = 1024;

    /** Deflate cannot make more than 1032 bytes of one. */
    private static final int DEFLATE_LIMIT = 1032;

    /** One file of the archive; {@code start} is where its data begins. */
    record Entry(String name, int method, long crc, long compressed, long size, long start) {}

    /** An entry as the central directory has it. */
    private record Central(String name, int flags, int method, long crc, long compressed, long size, long header) {}

    private final FileBytes file;

    private ZipIndex(FileBytes file) {
        this.file = file;
    }

    /** All entries by name, in the order of the central directory. */
    static Map<String, Entry> read(FileBytes file) {
        ZipIndex index = new ZipIndex(file);
        try {
            return index.entries();
        } catch (EOFException e) {
            throw index.malformed("the central directory ends within an entry");
        } catch (IOException e) {
            throw file.malformed("the zip directory cannot be read: " + e.getMessage());
        }
    }

    private RuntimeException malformed(String detail) {
        return file.malformed("not a zip file that is accepted: " + detail);
    }

    private Map<String, Entry> entries() throws IOException {
        long endAt = file.size() - END_BYTES;
        ByteBuffer end = endAt < 0 ? null : file.bytes(endAt, END_BYTES);
        if (end == null || end.getInt(0) != 0x06054b50) {
            throw malformed("it does not end with an end record without a comment; it may be cut short");
        }
        long count = end.getShort(10) & 0xffff;
        long size = end.getInt(12) & NONE_32;
        long start = end.getInt(16) & NONE_32;
        boolean severalDisks = end.getShort(4) > 0 || end.getShort(6) > 0 || end.getShort(8) != end.getShort(10);
        ByteBuffer locator = endAt < ZIP64_LOCATOR_BYTES ? null : file.bytes(endAt - ZIP64_LOCATOR_BYTES, ZIP64_LOCATOR_BYTES);
        if (locator != null && locator.getInt(0) == 0x07064b50) {
            endAt = endAt - ZIP64_LOCATOR_BYTES - ZIP64_END_BYTES;
            if (endAt < 0 || locator.getLong(8) != endAt) {
                throw malformed("the zip64 end record is not before its locator");
            }
            ByteBuffer zip64 = file.bytes(endAt, ZIP64_END_BYTES);
            if (zip64.getInt(0) != 0x06064b50 || zip64.getLong(4) != ZIP64_END_BYTES - 12) {
                throw malformed("the zip64 end record is not one");
            }
            count = agreed("number of entries", count, 0xffff, zip64.getLong(32));
            size = agreed("directory size", size, NONE_32, zip64.getLong(40));
            start = agreed("directory start", start, NONE_32, zip64.getLong(48));
            severalDisks |= zip64.getInt(16) != 0 || zip64.getInt(20) != 0 || zip64.getLong(24) != zip64.getLong(32);
        }
        if (severalDisks) {
            throw malformed("it is one of several disks");
        }
        if (start < 0 || size < 0 || start > endAt || size != endAt - start) {
            throw malformed("the central directory at " + start + " has " + size + " bytes, but the end record is at " + endAt);
        }
        if (count < 0 || count > MOST_ENTRIES || count * CENTRAL_BYTES > size) {
            throw malformed("it declares " + Long.toUnsignedString(count) + " entries in " + size
                    + " bytes of directory; at most " + MOST_ENTRIES + " are accepted");
        }
        return located(centrals(start, endAt, (int) count), start);
    }

    private long agreed(String what, long value, long open, long zip64) {
        if (value != open && value != zip64) {
            throw malformed("the two end records disagree on the " + what + ": " + value + ", " + zip64);
        }
        return zip64;
    }

    private List<Central> centrals(long from, long to, int count) throws IOException {
        List<Central> centrals = new ArrayList<>();
        try (DataInputStream input = new DataInputStream(file.stream(from, to))) {
            ByteBuffer fixed = ByteBuffer.allocate(CENTRAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                input.readFully(fixed.array());
                centrals.add(central(fixed, input));
            }
            if (input.read() >= 0) {
                throw malformed("the central directory has more than its " + count + " entries");
            }
        }
        return centrals;
    }

    private Central central(ByteBuffer fixed, DataInputStream input) throws IOException {
        if (fixed.getInt(0) != 0x02014b50) {
            throw malformed("an entry of the central directory has a wrong signature");
        }
        int flags = fixed.getShort(8) & 0xffff;
        int method = fixed.getShort(10) & 0xffff;
        long compressed = fixed.getInt(20) & NONE_32;
        long size = fixed.getInt(24) & NONE_32;
        long header = fixed.getInt(42) & NONE_32;
        String name = name(input, fixed.getShort(28) & 0xffff);
        int extraLength = fixed.getShort(30) & 0xffff;
        int commentLength = fixed.getShort(32) & 0xffff;
        if (extraLength > LONGEST_EXTRA || commentLength > LONGEST_EXTRA) {
            throw malformed("entry '" + name + "' has extra fields of " + extraLength + " bytes and a comment of "
                    + commentLength + "; at most " + LONGEST_EXTRA + " are accepted");
        }
        if (compressed == NONE_32 || size == NONE_32 || header == NONE_32) {
            ByteBuffer zip64 = zip64Field(name, input.readNBytes(extraLength));
            size = size == NONE_32 ? next(name, zip64) : size;
            compressed = compressed == NONE_32 ? next(name, zip64) : compressed;
            header = header == NONE_32 ? next(name, zip64) : header;
        } else {
            input.skipNBytes(extraLength);
        }
        input.skipNBytes(commentLength);
        if ((flags & 0x2041) != 0) {
            throw malformed("entry '" + name + "' is encrypted");
        }
        if (fixed.getShort(34) != 0) {
            throw malformed("entry '" + name + "' is on another disk");
        }
        checkSizes(name, method, compressed, size);
        return new Central(name, flags, method, fixed.getInt(16) & NONE_32, compressed, size, header);
    }

    private void checkSizes(String name, int method, long compressed, long size) {
        if (method != STORED && method != DEFLATED) {
            throw malformed("entry '" + name + "' has method " + method + "; 0 (stored) and 8 (deflated) are accepted");
        }
        if (compressed < 0 || size < 0 || method == STORED && compressed != size) {
            throw malformed("entry '" + name + "' has " + size + " bytes, stored as " + compressed);
        }
        if (method == DEFLATED && size / DEFLATE_LIMIT > compressed) {
            throw malformed("entry '" + name + "' claims " + size + " bytes from " + compressed
                    + "; deflate gives at most " + DEFLATE_LIMIT + " for one");
        }
    }

    private String name(DataInputStream input, int length) throws IOException {
        if (length == 0 || length > StrictJson.LONGEST_NAME) {
            throw malformed("an entry's name has " + length + " bytes; 1 to " + StrictJson.LONGEST_NAME + " are accepted");
        }
        byte[] bytes = new byte[length];
        input.readFully(bytes);
        String name;
        try {
            name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw malformed("an entry's name is not UTF-8");
        }
        if (name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0
                || List.of(name.split("/", -1)).contains("..")) {
            throw malformed("entry '" + name + "' is a path out of the archive");
        }
        return name;
    }

    /** Extra fields are (u16 id, u16 length, bytes)*; the one with id 1 holds what 32 bits could not. */
    private ByteBuffer zip64Field(String name, byte[] extra) {
        ByteBuffer fields = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
        while (fields.remaining() >= 4) {
            int id = fields.getShort() & 0xffff;
            int length = fields.getShort() & 0xffff;
            if (length > fields.remaining()) {
                break;
            }
            if (id == 1) {
                return fields.slice(fields.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            fields.position(fields.position() + length);
        }
        throw malformed("entry '" + name + "' has sizes of 64 bits but no extra field for them");
    }

    private long next(String name, ByteBuffer zip64) {
        if (zip64.remaining() < 8) {
            throw malformed("entry '" + name + "' has an extra field for sizes of 64 bits that is too short");
        }
        return zip64.getLong();
    }

    private Map<String, Entry> located(List<Central> centrals, long directoryStart) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Central central : centrals) {
            Entry entry = locate(central, directoryStart);
            if (entries.put(entry.name(), entry) != null) {
                throw malformed("entry '" + entry.name() + "' is there twice");
            }
        }
        List<Central> byPlace = new ArrayList<>(centrals);
        byPlace.sort(Comparator.comparingLong(Central::header));
        long free = 0;
        for (Central central : byPlace) {
            Entry entry = entries.get(central.name());
            if (central.header() < free) {
                throw malformed("entry '" + entry.name() + "' overlaps the one before it");
            }
            free = entry.start() + entry.compressed();
        }
        return entries;
    }

    private Entry locate(Central central, long directoryStart) {
        String entry = "entry '" + central.name() + "'";
        if (central.header() < 0 || central.header() > directoryStart - LOCAL_BYTES) {
            throw malformed(entry + " is said to be at " + central.header() + ", beyond the data's " + directoryStart + " bytes");
        }
        ByteBuffer local = file.bytes(central.header(), LOCAL_BYTES);
        int nameLength = local.getShort(26) & 0xffff;
        long start = central.header() + LOCAL_BYTES + nameLength + (local.getShort(28) & 0xffff);
        if (local.getInt(0) != 0x04034b50
                || (local.getShort(6) & 0xffff) != central.flags()
                || (local.getShort(8) & 0xffff) != central.method()
                || start > directoryStart
                || nameLength > StrictJson.LONGEST_NAME
                || !nameAt(central.header() + LOCAL_BYTES, nameLength).equals(central.name())) {
            throw malformed(entry + " has a local header that disagrees with the central directory");
        }
        if (central.compressed() > directoryStart - start) {
            throw malformed(entry + " has " + central.compressed() + " bytes of data, but there are " + (directoryStart - start));
        }
        return new Entry(central.name(), central.method(), central.crc(), central.compressed(), central.size(), start);
    }

    private String nameAt(long position, int length) {
        return new String(file.bytes(position, length).array(), StandardCharsets.UTF_8);
    }
}
