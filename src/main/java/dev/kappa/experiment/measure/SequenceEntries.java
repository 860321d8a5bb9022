package dev.kappa.experiment.measure;

import dev.kappa.sae.SparseCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a code, in Java, grouped by sequence and feature.
 *
 * @param rows of the counted positions, ascending
 * @param latents the feature of each entry
 * @param steps what it adds along its decoder row
 * @param groups in order of their first entries
 */
public record SequenceEntries(
        long[] rows, long[] latents, float[] steps, int firstCounted, int counted, List<Group> groups) {
    /**
     * A feature's entries in one sequence.
     *
     * @param sequence which of the batch
     * @param entries their numbers, by position
     */
    public record Group(int sequence, int latent, int[] entries) {
        /** The sum of one number an entry, over these entries. */
        public double sum(float[] values) {
            double sum = 0;
            for (int entry : entries) {
                sum += values[entry];
            }
            return sum;
        }
    }

    /** @param code of the batch's counted rows */
    public static SequenceEntries of(SparseCode code, Batch batch) {
        long[] rows = code.rows().toLongArray();
        long[] latents = code.latents().toLongArray();
        Map<Long, List<Integer>> found = new LinkedHashMap<>();
        for (int i = 0; i < rows.length; i++) {
            long key = (rows[i] / batch.counted()) << 32 | latents[i];
            found.computeIfAbsent(key, any -> new ArrayList<>()).add(i);
        }
        List<Group> groups = new ArrayList<>();
        found.forEach((key, entries) -> groups.add(new Group(
                (int) (key >>> 32), key.intValue(), entries.stream().mapToInt(i -> i).toArray())));
        return new SequenceEntries(
                rows, latents, code.steps().toFloatArray(), batch.firstCounted(), batch.counted(), groups);
    }

    /** The change that takes a feature away wherever it fires in its sequence. */
    public ExactEffects.Change removal(Group group) {
        int[] positions = new int[group.entries().length];
        float[] amounts = new float[positions.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = firstCounted + (int) (rows[group.entries()[i]] % counted);
            amounts[i] = -steps[group.entries()[i]];
        }
        return new ExactEffects.Change(group.sequence(), group.latent(), positions, amounts);
    }
}
