package dev.kappa.corpus;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The order in which a run takes the items of a corpus: a permutation of all of them (Fisher–Yates from the
 * front) that depends on the seed and their number alone. A run of more items begins with those of a run of
 * fewer.
 */
public final class SeededOrder {
    // Keeps this draw apart from others that a run makes from the same seed.
    private static final long PURPOSE = 0x6f72646572L;

    private SeededOrder() {}

    /** The first {@code count} places of the permutation of 0 … available − 1. */
    public static int[] first(int count, int available, long seed) {
        int[] order = new int[available];
        for (int i = 0; i < available; i++) {
            order[i] = i;
        }
        SplittableRandom random = new SplittableRandom(seed ^ PURPOSE);
        for (int i = 0; i < count; i++) {
            int j = i + random.nextInt(available - i);
            int taken = order[j];
            order[j] = order[i];
            order[i] = taken;
        }
        return Arrays.copyOf(order, count);
    }
}
