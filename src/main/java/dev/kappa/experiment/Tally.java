package dev.kappa.experiment;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What a block leaves behind: named arrays that are sums over the block's items, with no threshold in
 * them, so that merging is addition. A sequential experiment keeps its checkpoint in one instead.
 */
public final class Tally {
    /** An array and its shape; exactly one of the two is set. */
    public record Entry(double[] f64, float[] f32, long[] shape) {}

    private final TreeMap<String, Entry> entries = new TreeMap<>();

    /** Sums in f64; a shape may be given for readers of the file. */
    public Tally put(String name, double[] values, long... shape) {
        entries.put(name, new Entry(values, null, shape.length == 0 ? new long[] {values.length} : shape));
        return this;
    }

    /** One sum. */
    public Tally put(String name, double value) {
        return put(name, new double[] {value});
    }

    /** Weights of a checkpoint. */
    public Tally put(String name, float[] values, long... shape) {
        entries.put(name, new Entry(null, values, shape.length == 0 ? new long[] {values.length} : shape));
        return this;
    }

    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    public boolean has(String name) {
        return entries.containsKey(name);
    }

    public double[] doubles(String name) {
        return entry(name).f64();
    }

    public float[] floats(String name) {
        return entry(name).f32();
    }

    public double number(String name) {
        return doubles(name)[0];
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw Fault.internal("tally_incomplete", "a tally has no '" + name + "', only " + entries.keySet(), null);
        }
        return entry;
    }

    /** All tallies but the first, all but the second, and so on. */
    public static List<List<Tally>> leaveOneOut(List<Tally> tallies) {
        return IntStream.range(0, tallies.size())
                .mapToObj(left -> IntStream.range(0, tallies.size())
                        .filter(block -> block != left)
                        .mapToObj(tallies::get)
                        .toList())
                .toList();
    }

    /** The element-wise sum of one array over tallies, added in their order. */
    public static double[] sum(List<Tally> tallies, String name) {
        double[] total = tallies.get(0).doubles(name).clone();
        for (Tally tally : tallies.subList(1, tallies.size())) {
            double[] more = tally.doubles(name);
            Arrays.setAll(total, i -> total[i] + more[i]);
        }
        return total;
    }
}
