package dev.kappa.weights;

import dev.kappa.fault.Fault;
import dev.kappa.weights.TorchValue.Dictionary;
import dev.kappa.weights.TorchValue.StorageRef;
import dev.kappa.weights.TorchValue.TensorRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads checkpoints that {@code torch.save} wrote: a zip ({@link ZipIndex}) of stored entries.
 *
 * <pre>
 * &lt;prefix&gt;/data.pkl      a pickle ({@link PickleMachine}): a dictionary from names to tensors
 * &lt;prefix&gt;/data/&lt;key&gt;    the numbers of storage &lt;key&gt;; several tensors may share one
 * &lt;prefix&gt;/byteorder     "little"; may be left out
 * </pre>
 *
 * A tensor is an offset, sizes and strides into a storage, so that it may lie transposed or be part of
 * another. Dictionaries within the dictionary give names with dots ({@code state_dict.bias}); values that
 * are not tensors are left out. TorchScript archives, big-endian ones and the format before version 1.6,
 * which is a bare pickle, are refused. The numbers' CRC-32 is not checked.
 */
final class TorchCheckpoint {
    private static final int MOST_PICKLE_BYTES = 2 << 20;
    private static final int DEEPEST = 8;
    private static final int MOST_ITEMS = 1 << 15;

    private final FileBytes file;
    private final Map<String, ZipIndex.Entry> entries;
    private final String prefix;
    private final Map<String, StoredTensor> stored = new LinkedHashMap<>();
    private int items;

    private TorchCheckpoint(FileBytes file) {
        this.file = file;
        refuseBarePickle();
        this.entries = ZipIndex.read(file);
        this.prefix = prefix();
        checkRecords();
    }

    static TensorTable open(Path path) {
        FileBytes file = FileBytes.open(path);
        try {
            return new TorchCheckpoint(file).read();
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private void refuseBarePickle() {
        if (file.size() > 2 && file.bytes(0, 1).get() == (byte) 0x80) {
            throw Fault.user("weights_unsupported", file.name() + " is in the format of torch before 1.6; "
                    + "load it with torch.load and save it again with torch.save");
        }
    }

    private String prefix() {
        List<String> pickles = entries.keySet().stream().filter(name -> name.endsWith("/data.pkl")).toList();
        if (pickles.size() != 1) {
            throw file.malformed("a checkpoint has one entry <prefix>/data.pkl; this one has " + pickles.size());
        }
        String pickle = pickles.get(0);
        return pickle.substring(0, pickle.length() - "data.pkl".length());
    }

    private void checkRecords() {
        for (ZipIndex.Entry entry : entries.values()) {
            if (entry.method() != ZipIndex.STORED) {
                throw file.malformed("entry '" + entry.name() + "' is deflated; torch stores");
            }
            if (!entry.name().startsWith(prefix) || entry.name().equals(prefix + "constants.pkl")) {
                throw file.malformed("entry '" + entry.name() + "' does not belong to a dictionary of tensors");
            }
        }
        ZipIndex.Entry order = entries.get(prefix + "byteorder");
        if (order != null && (order.size() != 6 || !text(order).equals("little"))) {
            throw file.malformed("its byte order is not 'little'");
        }
    }

    private String text(ZipIndex.Entry entry) {
        return new String(file.bytes(entry.start(), (int) entry.size()).array(), StandardCharsets.US_ASCII);
    }

    private TensorTable read() {
        ZipIndex.Entry pickle = entries.get(prefix + "data.pkl");
        if (pickle.size() > MOST_PICKLE_BYTES) {
            throw file.malformed("data.pkl has " + pickle.size() + " bytes; at most " + MOST_PICKLE_BYTES + " are accepted");
        }
        ByteBuffer code = file.bytes(pickle.start(), (int) pickle.size());
        if (!(PickleMachine.run(file, code) instanceof Dictionary root)) {
            throw file.malformed("data.pkl is not a dictionary of tensors");
        }
        collect(root, "", 0);
        return new TensorTable(file.name(), stored, Map.of(), Map.of(), List.of(file));
    }

    /** Bounded in depth and number, since a pickle can make a dictionary contain itself. */
    private void collect(Dictionary dictionary, String path, int depth) {
        for (Map.Entry<Object, Object> item : dictionary.items().entrySet()) {
            String name = path + item.getKey();
            if (++items > MOST_ITEMS || depth == DEEPEST || name.length() > StrictJson.LONGEST_NAME) {
                throw file.malformed("data.pkl has dictionaries deeper than " + DEEPEST + ", more than " + MOST_ITEMS
                        + " items or a name of more than " + StrictJson.LONGEST_NAME + " characters");
            }
            if (item.getValue() instanceof Dictionary inner) {
                collect(inner, name + ".", depth + 1);
            } else if (item.getValue() instanceof TensorRef tensor && stored.put(name, stored(name, tensor)) != null) {
                throw file.malformed("there are two tensors '" + name + "'");
            }
        }
    }

    private StoredTensor stored(String name, TensorRef tensor) {
        StorageRef storage = tensor.storage();
        int width = storage.type().bytes();
        ZipIndex.Entry record = entries.get(prefix + "data/" + storage.key());
        if (record == null || storage.elements() > Long.MAX_VALUE / width || record.size() != storage.elements() * width) {
            throw file.malformed("tensor '" + name + "' is in storage '" + storage.key() + "' of " + storage.elements()
                    + " " + storage.type() + ", but there is " + (record == null ? "none" : "one of " + record.size() + " bytes"));
        }
        TensorInfo info = new TensorInfo(name, storage.type(), tensor.sizes());
        long elements = TensorInfo.count(file, name, tensor.sizes());
        checkBounds(name, tensor, elements);
        Elements found = elements == 0 || isContiguous(tensor)
                ? new ContiguousElements(file, record.start() + (elements == 0 ? 0 : tensor.offset() * width), width)
                : StridedElements.mapped(file, record.start(), record.size(), info, tensor.offset(), tensor.strides());
        return new StoredTensor(info, found);
    }

    /**
     * The last element must lie in the storage. A tensor with more elements than its storage repeats some
     * (stride 0): a small file could claim any size that way.
     */
    private void checkBounds(String name, TensorRef tensor, long elements) {
        boolean fits = tensor.offset() >= 0 && tensor.strides().size() == tensor.sizes().size();
        if (fits && elements > 0) {
            try {
                long last = tensor.offset();
                for (int i = 0; i < tensor.sizes().size(); i++) {
                    last = Math.addExact(last, Math.multiplyExact(tensor.sizes().get(i) - 1, tensor.strides().get(i)));
                }
                fits = last < tensor.storage().elements() && elements <= tensor.storage().elements();
            } catch (ArithmeticException e) {
                fits = false;
            }
        }
        if (!fits) {
            throw file.malformed("tensor '" + name + "' of sizes " + tensor.sizes() + ", strides " + tensor.strides()
                    + " and offset " + tensor.offset() + " does not fit its storage of " + tensor.storage().elements() + " elements");
        }
    }

    private static boolean isContiguous(TensorRef tensor) {
        long stride = 1;
        for (int i = tensor.sizes().size() - 1; i >= 0; i--) {
            if (tensor.sizes().get(i) != 1 && tensor.strides().get(i) != stride) {
                return false;
            }
            stride *= tensor.sizes().get(i);
        }
        return true;
    }
}
