package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kappa.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes prepared rows in pieces.
 *
 * <ol>
 *   <li>Rows are taken so many at a time that the pre-activations of all latents fit the budget; where
 *       that would be too few rows, the latents are walked in chunks too.
 *   <li>Of each chunk only what fires is kept: what is above the threshold, or the k largest so far.
 *   <li>Entries of several chunks are put in order of row and latent.
 * </ol>
 */
final class Encoder {
    private final PreActivations preActivations;
    private final Activation activation;
    private final Latents latents;
    private final long width;
    private final long budget;

    /** @param budget the most pre-activations that exist at a time */
    Encoder(Latents latents, NDArray bias, Activation activation, long budget) {
        this.latents = latents;
        this.preActivations = new PreActivations(latents, bias);
        this.activation = activation;
        this.width = preActivations.width();
        this.budget = budget;
    }

    /** The features of rows [row, dIn], in the scope. */
    Entries encode(NDArray x, Scope scope) {
        long rows = x.getShape().get(0);
        long step = Math.max(1, Math.min(Math.max(budget / width, latents.rowsPerPass()), budget / indivisible()));
        List<Entries> parts = new ArrayList<>();
        for (long from = 0; from < rows; from += step) {
            try (Scope inner = scope.child()) {
                NDIndex slice = new NDIndex().addSliceDim(from, Math.min(rows, from + step));
                Entries found = someRows(x.get(inner.manager(), slice), inner);
                parts.add(found.fromRow(from).keptIn(scope));
            }
        }
        return Entries.concat(parts, scope);
    }

    private Entries someRows(NDArray x, Scope scope) {
        long step = latentsAtOnce(x.getShape().get(0));
        if (activation instanceof Activation.TopK top) {
            return largest(x, top.k(), step, scope);
        }
        List<Entries> parts = new ArrayList<>();
        for (long from = 0, to; from < width; from = to) {
            to = end(from, step);
            try (Scope inner = scope.child()) {
                parts.add(fired(x, from, to, inner).fromLatent(from).keptIn(scope));
            }
        }
        Entries all = Entries.concat(parts, scope);
        return parts.size() > 1 ? all.sorted(width) : all;
    }

    /** As many whole units as the budget allows, but not so few that the digits would change. */
    private long latentsAtOnce(long rows) {
        long unit = indivisible();
        long fewest = (PreActivations.FEWEST + unit - 1) / unit * unit;
        return Math.max(fewest, Math.min(budget / rows, latents.latentsAtOnce()) / unit * unit);
    }

    /** Where the chunk from {@code from} ends: a last chunk that would be too small belongs to the one before. */
    private long end(long from, long step) {
        return from + step + PreActivations.FEWEST > width ? width : from + step;
    }

    /** Latents that must be in one chunk. */
    private long indivisible() {
        return activation instanceof Activation.GroupMax max ? width / max.groups() : 1;
    }

    /** What fires among latents {@code from} to {@code to}; latents counted from {@code from}. */
    private Entries fired(NDArray x, long from, long to, Scope scope) {
        if (activation instanceof Activation.JumpRelu jump) {
            NDArray pre = preActivations.of(x, from, to, scope);
            NDArray threshold = PreActivations.part(jump.threshold(), from, to, scope).maximum(0f);
            return Entries.where(pre.gt(threshold), pre);
        }
        if (activation instanceof Activation.Gated gated) {
            return gated(x, gated, from, to, scope);
        }
        NDArray pre = preActivations.of(x, from, to, scope);
        return activation instanceof Activation.GroupMax ? groupMax(pre) : Entries.where(pre.gt(0f), pre);
    }

    private Entries gated(NDArray x, Activation.Gated gated, long from, long to, Scope scope) {
        NDArray pre = preActivations.withoutBias(x, from, to, scope);
        NDArray open = pre.add(PreActivations.part(preActivations.bias(), from, to, scope)).gt(0f);
        NDArray magnitude = pre.mul(PreActivations.part(gated.scale(), from, to, scope))
                .add(PreActivations.part(gated.bias(), from, to, scope));
        return Entries.where(open.logicalAnd(magnitude.gt(0f)), magnitude);
    }

    private Entries groupMax(NDArray pre) {
        long size = indivisible();
        long groups = pre.getShape().get(1) / size;
        NDArray grouped = pre.reshape(new Shape(-1, groups, size));
        NDArray largest = grouped.max(new int[] {2}); // [row, group]
        NDArray starts = pre.getManager().arange(0, (int) groups, 1, DataType.INT64).mul(size);
        return Entries.where(largest.gt(0f), largest, grouped.argMax(2).add(starts));
    }

    /** The k largest pre-activations of each row, kept up to date from chunk to chunk. */
    private Entries largest(NDArray x, int k, long step, Scope scope) {
        NDArray values = null; // [row, k]
        NDArray names = null; // the latent of each
        for (long from = 0, to; from < width; from = to) {
            to = end(from, step);
            try (Scope inner = scope.child()) {
                NDArray pre = preActivations.of(x, from, to, inner);
                NDList top = pre.topK((int) Math.min(k, to - from), 1, true, false);
                NDArray found = top.get(0);
                NDArray foundNames = top.get(1).add(from);
                if (values != null) {
                    NDArray all = NDArrays.concat(new NDList(found, values), 1);
                    NDArray allNames = NDArrays.concat(new NDList(foundNames, names), 1);
                    NDList best = all.topK((int) Math.min(k, all.getShape().get(1)), 1, true, false);
                    found = best.get(0);
                    foundNames = allNames.gather(best.get(1), 1);
                }
                values = scope.keep(found);
                names = scope.keep(foundNames);
            }
        }
        return Entries.where(values.gt(0f), values, names).sorted(width);
    }
}
