package dev.kappa.lm.block;

import dev.kappa.fault.Fault;
import dev.kappa.weights.TensorFile;
import dev.kappa.weights.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The tensors that a family reads, by name with their shapes, and those in its files that nothing reads. */
public final class TensorTable {
    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();
    private String ignored = "";

    public TensorTable tensor(String name, long... shape) {
        shapes.put(name, LongStream.of(shape).boxed().toList());
        return this;
    }

    /**
     * The embedding and, under its own name unless it is tied to the embedding, the unembedding. Of tied ones a
     * file holds either or both; where it holds both, the embedding counts.
     */
    public TensorTable embeddings(String embedding, String unembedding, boolean tied, long... shape) {
        tensor(embedding, shape);
        if (tied) {
            aliases.put(embedding, unembedding);
            return this;
        }
        return tensor(unembedding, shape);
    }

    /** {@code name.weight} [out, in] and, with a bias, {@code name.bias} [out]. */
    public TensorTable linear(String name, long out, long in, boolean bias) {
        tensor(name + ".weight", out, in);
        return bias ? tensor(name + ".bias", out) : this;
    }

    /** Names (a regular expression) that files carry and nothing reads, such as buffers of masks. */
    public TensorTable ignoring(String names) {
        ignored = names;
        return this;
    }

    /** The name under which a file holds a tensor. */
    String stored(String name, TensorFile file) {
        return file.tensors().containsKey(name) ? name : aliases.getOrDefault(name, name);
    }

    /** Bytes of all tensors as f32. */
    public long bytes() {
        return shapes.values().stream()
                .mapToLong(shape -> shape.stream().reduce(4L, Math::multiplyExact))
                .reduce(0L, Math::addExact);
    }

    /** Refuses a file in which a tensor is missing, has another shape, or has no use. */
    public void check(TensorFile file) {
        shapes.forEach((name, shape) -> {
            TensorInfo info = file.tensors().get(stored(name, file));
            if (info == null) {
                throw Fault.user("tensor_missing", "there is no tensor '" + name + "', wanted " + shape);
            }
            if (!info.shape().equals(shape) || !info.type().isFloating()) {
                throw Fault.user(
                        "tensor_misshaped",
                        "tensor '" + name + "' is " + info.type() + " " + info.shape() + ", wanted floating numbers "
                                + shape);
            }
        });
        for (String name : file.tensors().keySet()) {
            if (!shapes.containsKey(name) && !aliases.containsValue(name) && !name.matches(ignored)) {
                throw Fault.user(
                        "tensor_unexpected", "tensor '" + name + "' has no place in a model of this configuration");
            }
        }
    }
}
