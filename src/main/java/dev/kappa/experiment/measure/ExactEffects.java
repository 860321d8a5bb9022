package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.sae.Sae;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What m becomes when one feature of one sequence is changed and everything else, the dictionary's error
 * included, is left as it is: real passes of the suffix, many changes at a time.
 */
public final class ExactEffects {
    private final Suffix suffix;
    private final Sae sae;
    private final Function<int[], Objective> objective;
    private final int copies;

    /**
     * A feature's change in one sequence: x at each position moves by an amount along the decoder row.
     *
     * @param sequence which of the batch
     * @param latent the feature
     * @param positions in the sequence
     * @param amounts in units of the feature's steps; −step takes the feature away
     */
    public record Change(int sequence, int latent, int[] positions, float[] amounts) {}

    /**
     * @param objective m of copies of the batch's sequences, given by number
     * @param copies changes that go through the suffix together
     */
    public ExactEffects(Suffix suffix, Sae sae, Function<int[], Objective> objective, int copies) {
        this.suffix = suffix;
        this.sae = sae;
        this.objective = objective;
        this.copies = copies;
    }

    /**
     * Moves that are not along a decoder row, such as the error's.
     *
     * @param by how x moves, [move, width]
     * @param sequences which of the batch each move is in
     * @param positions where in its sequence
     */
    public record Moves(NDArray by, int[] sequences, int[] positions) {}

    /** What a chunk of changes does to copies of sequences: amounts [copy · position], and directions [copy, width]. */
    private record Chunk(int[] sequences, float[] amounts, NDArray directions) {}

    private interface Chunks {
        Chunk of(Scope scope, int from, int to);
    }

    /**
     * Δm of each change.
     *
     * @param between called before each pass
     */
    public double[] of(List<Change> changes, Runnable between) {
        int positions = (int) suffix.activation().getShape().get(1);
        return effects(changes.size(), between, (scope, from, to) -> {
            List<Change> some = changes.subList(from, to);
            float[] amounts = new float[some.size() * positions];
            for (int i = 0; i < some.size(); i++) {
                for (int j = 0; j < some.get(i).positions().length; j++) {
                    amounts[i * positions + some.get(i).positions()[j]] = some.get(i).amounts()[j];
                }
            }
            long[] latents = some.stream().mapToLong(Change::latent).toArray();
            return new Chunk(
                    some.stream().mapToInt(Change::sequence).toArray(),
                    amounts,
                    sae.decoderRows(Tensors.of(scope, latents, latents.length)));
        });
    }

    /** Δm of each move. */
    public double[] of(Moves moves, Runnable between) {
        int positions = (int) suffix.activation().getShape().get(1);
        return effects(moves.sequences().length, between, (scope, from, to) -> {
            float[] amounts = new float[(to - from) * positions];
            for (int i = from; i < to; i++) {
                amounts[(i - from) * positions + moves.positions()[i]] = 1;
            }
            return new Chunk(
                    Arrays.copyOfRange(moves.sequences(), from, to),
                    amounts,
                    scope.keep(Tensors.slice(moves.by(), from, to)));
        });
    }

    private double[] effects(int count, Runnable between, Chunks chunks) {
        double[] before = unchanged();
        double[] effects = new double[count];
        for (int from = 0; from < count; from += copies) {
            between.run();
            try (Scope scope = Scope.within(suffix.activation())) {
                Chunk chunk = chunks.of(scope, from, Math.min(count, from + copies));
                double[] after =
                        suffix.values(changed(scope, chunk), chunk.sequences(), objective.apply(chunk.sequences()));
                for (int i = 0; i < after.length; i++) {
                    effects[from + i] = after[i] - before[chunk.sequences()[i]];
                }
            }
        }
        return effects;
    }

    private double[] unchanged() {
        NDArray x = suffix.activation();
        int[] all = IntStream.range(0, (int) x.getShape().get(0)).toArray();
        return suffix.values(x, all, objective.apply(all));
    }

    private NDArray changed(Scope scope, Chunk chunk) {
        NDArray x = Suffix.copies(scope, suffix.activation(), chunk.sequences());
        NDArray amounts = Tensors.of(scope, chunk.amounts(), chunk.sequences().length, x.getShape().get(1), 1);
        return x.add(amounts.mul(chunk.directions().expandDims(1)));
    }
}
