package dev.kappa.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads NPZ files: a zip ({@link ZipIndex}) whose entries {@code <name>.npy} are an NPY header
 * ({@link NpyHeader}) followed by the numbers, stored or deflated, in C or Fortran order, and nothing else.
 *
 * <p>Numbers of f8, f4, f2, i8…i1, u8…u1 and b1 are read, little-endian. Other plain types of numpy are
 * not listed and asking for one is a fault; Python objects and records make the file malformed.
 *
 * <p>Stored entries are read in place, also beyond 2 GiB. Deflated ones are read from their start each
 * time; their CRC-32 is checked whenever the end is reached, which that of stored ones is not.
 */
final class Npz {
    private static final Map<String, ElementType> TYPES = Map.ofEntries(
            Map.entry("<f8", ElementType.F64), Map.entry("<f4", ElementType.F32), Map.entry("<f2", ElementType.F16),
            Map.entry("<i8", ElementType.I64), Map.entry("<i4", ElementType.I32), Map.entry("<i2", ElementType.I16),
            Map.entry("|i1", ElementType.I8), Map.entry("<u8", ElementType.U64), Map.entry("<u4", ElementType.U32),
            Map.entry("<u2", ElementType.U16), Map.entry("|u1", ElementType.U8), Map.entry("|b1", ElementType.BOOL));

    private static final String SUFFIX = ".npy";

    private final FileBytes file;
    private final Map<String, StoredTensor> stored = new LinkedHashMap<>();
    private final Map<String, String> unsupported = new HashMap<>();

    private Npz(FileBytes file) {
        this.file = file;
    }

    static TensorTable open(Path path) {
        FileBytes file = FileBytes.open(path);
        try {
            Npz npz = new Npz(file);
            ZipIndex.read(file).values().forEach(npz::add);
            return new TensorTable(file.name(), npz.stored, npz.unsupported, Map.of(), List.of(file));
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private void add(ZipIndex.Entry entry) {
        String name = entry.name();
        if (!name.endsWith(SUFFIX) || name.length() == SUFFIX.length()) {
            throw file.malformed("entry '" + name + "' is not named <name>.npy");
        }
        name = name.substring(0, name.length() - SUFFIX.length());
        NpyHeader header = header(entry);
        ElementType type = TYPES.get(header.descr());
        if (type == null) {
            if (!header.descr().matches("[<>|][fiucbSUmM]\\d{1,9}(\\[\\w{1,9}])?")) {
                throw file.malformed("entry '" + entry.name() + "' is of type '" + header.descr()
                        + "'; numbers are accepted, Python objects are not");
            }
            unsupported.put(name, header.descr());
            return;
        }
        long elements = TensorInfo.count(file, name, header.shape());
        long bytes = entry.size() - header.length();
        if (elements * type.bytes() != bytes) {
            throw file.malformed("entry '" + entry.name() + "' has " + bytes + " bytes after its header, but "
                    + header.descr() + " of shape " + header.shape() + " takes " + elements * type.bytes());
        }
        TensorInfo info = new TensorInfo(name, type, header.shape());
        stored.put(name, new StoredTensor(info, elements(entry, header, info)));
    }

    private NpyHeader header(ZipIndex.Entry entry) {
        if (entry.method() == ZipIndex.DEFLATED) {
            try (Inflation inflation = new Inflation(file, entry)) {
                return NpyHeader.read(file, entry.name(), entry.size(), inflation::read);
            }
        }
        long[] next = {entry.start()};
        return NpyHeader.read(file, entry.name(), entry.size(), (ByteBuffer target) -> {
            int count = target.remaining();
            file.read(next[0], target);
            next[0] += count;
        });
    }

    private Elements elements(ZipIndex.Entry entry, NpyHeader header, TensorInfo info) {
        boolean deflated = entry.method() == ZipIndex.DEFLATED;
        long start = entry.start() + header.length();
        if (header.fortranOrder() && info.shape().size() > 1) {
            Storage mapped = Storage.mapped(file, start, entry.size() - header.length());
            Supplier<Storage> storage = deflated ? () -> Storage.inflated(file, entry, header.length()) : () -> mapped;
            return StridedElements.fortran(file, storage, !deflated, info);
        }
        return deflated
                ? new DeflatedElements(file, entry, header.length(), info.type().bytes())
                : new ContiguousElements(file, start, info.type().bytes());
    }
}
