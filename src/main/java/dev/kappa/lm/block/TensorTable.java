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
    private String ignored = "";

    public TensorTable tensor(String name, long... shape) {
        shapes.put(name, LongStream.of(shape).boxed().toList());
        return this;
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

    /** Bytes of all tensors as f32. */
    public long bytes() {
        return shapes.values().stream()
                .mapToLong(shape -> shape.stream().reduce(4L, Math::multiplyExact))
                .reduce(0L, Math::addExact);
    }

    /** Refuses a file in which a tensor is missing, has another shape, or has no use. */
    public void check(TensorFile file) {
        shapes.forEach((name, shape) -> {
            TensorInfo info = file.tensors().get(name);
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
            if (!shapes.containsKey(name) && !name.matches(ignored)) {
                throw Fault.user(
                        "tensor_unexpected", "tensor '" + name + "' has no place in a model of this configuration");
            }
        }
    }
}
