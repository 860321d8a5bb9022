package dev.kappa.experiment.measure;

import ai.djl.ndarray.NDArray;
import dev.kappa.lm.Span;
import dev.kappa.sae.Sae;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What m becomes when one feature of one sequence is changed and everything else, the dictionary's error
 * included, is left as it is: real passes of the suffix, many changes at a time. No position before a change can
 * see it, so that changes are put in the order of their first positions, and a pass begins at the first of its own.
 */
public final class ExactEffects {
    private final Suffix suffix;
    private final Sae sae;
    private final Function<int[], Objective> objective;
    private final int copies;
    private final int length;

    /**
     * A feature's change in one sequence: x at each position moves by an amount along the decoder row.
     *
     * @param sequence which of the batch
     * @param latent the feature
     * @param positions in the sequence, ascending
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
        this.length = (int) suffix.activation().getShape().get(1);
    }

    /**
     * Moves that are not along a decoder row, such as the error's.
     *
     * @param by how x moves, [move, width]
     * @param sequences which of the batch each move is in
     * @param positions where in its sequence
     */
    public record Moves(NDArray by, int[] sequences, int[] positions) {}

    /** Which change or move it is, and where it begins. */
    private record Place(int number, int first, int sequence, int latent) {}

    private static final Comparator<Place> ORDER = Comparator.comparingInt(Place::first)
            .thenComparingInt(Place::sequence)
            .thenComparingInt(Place::latent)
            .thenComparingInt(Place::number);

    /** How x moves from a position on: amounts [copy · position] along directions [copy, width]. */
    private record Chunk(float[] amounts, NDArray directions) {}

    private interface Chunks {
        Chunk of(Scope scope, int[] numbers, int start);
    }

    /**
     * Δm of each change.
     *
     * @param between called before each pass
     */
    public double[] of(List<Change> changes, Runnable between) {
        List<Place> places = new ArrayList<>();
        for (Change change : changes) {
            places.add(new Place(places.size(), change.positions()[0], change.sequence(), change.latent()));
        }
        return effects(places, between, (scope, numbers, start) -> {
            float[] amounts = new float[numbers.length * (length - start)];
            long[] latents = new long[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                Change change = changes.get(numbers[i]);
                latents[i] = change.latent();
                for (int j = 0; j < change.positions().length; j++) {
                    amounts[i * (length - start) + change.positions()[j] - start] = change.amounts()[j];
                }
            }
            return new Chunk(amounts, sae.decoderRows(Tensors.of(scope, latents, latents.length)));
        });
    }

    /** Δm of each move. */
    public double[] of(Moves moves, Runnable between) {
        List<Place> places = IntStream.range(0, moves.sequences().length)
                .mapToObj(i -> new Place(i, moves.positions()[i], moves.sequences()[i], 0))
                .toList();
        return effects(places, between, (scope, numbers, start) -> {
            float[] amounts = new float[numbers.length * (length - start)];
            long[] rows = new long[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                rows[i] = numbers[i];
                amounts[i * (length - start) + moves.positions()[numbers[i]] - start] = 1;
            }
            return new Chunk(amounts, Tensors.rows(moves.by(), Tensors.of(scope, rows, rows.length)));
        });
    }

    private double[] effects(List<Place> places, Runnable between, Chunks chunks) {
        double[] effects = new double[places.size()];
        List<Place> ordered = places.stream().sorted(ORDER).toList();
        try (Scope scope = Scope.within(suffix.activation())) {
            int[] batch = IntStream.range(0, (int) suffix.activation().getShape().get(0)).toArray();
            KeyValueCache cache = new KeyValueCache(scope, batch.length);
            Objective unchanged = objective.apply(batch);
            int read = unchanged.firstPosition(length);
            double[] before = suffix.terms(suffix.activation(), batch, cache.filling(read), unchanged);
            for (int from = 0; from < ordered.size(); from += copies) {
                between.run();
                List<Place> some = ordered.subList(from, Math.min(ordered.size(), from + copies));
                double[] after = terms(some, read, cache, chunks);
                for (int i = 0; i < some.size(); i++) {
                    effects[some.get(i).number()] = difference(after, i, before, some.get(i));
                }
            }
        }
        return effects;
    }

    /** The terms of changed copies, 0 before the first of their changes. */
    private double[] terms(List<Place> some, int read, KeyValueCache cache, Chunks chunks) {
        int start = some.get(0).first();
        int[] sequences = some.stream().mapToInt(Place::sequence).toArray();
        try (Scope scope = Scope.within(suffix.activation())) {
            Chunk chunk = chunks.of(scope, some.stream().mapToInt(Place::number).toArray(), start);
            NDArray x = Suffix.copies(scope, Suffix.tail(scope, suffix.activation(), start), sequences);
            NDArray amounts = Tensors.of(scope, chunk.amounts(), sequences.length, length - start, 1);
            NDArray changed = x.add(amounts.mul(chunk.directions().expandDims(1)));
            Span span = cache.from(start, Math.max(start, read), sequences);
            return suffix.terms(changed, sequences, span, objective.apply(sequences));
        }
    }

    private double difference(double[] after, int copy, double[] before, Place place) {
        double difference = 0;
        for (int position = place.first(); position < length; position++) {
            difference += after[copy * length + position] - before[place.sequence() * length + position];
        }
        return difference;
    }
}
