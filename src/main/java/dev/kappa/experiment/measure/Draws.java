package dev.kappa.experiment.measure;

import java.util.SplittableRandom;

/**
 * Random numbers keyed by what they are for, and never by who draws them or when: the same run gives the
 * same digits on any number of workers, resumed or not.
 */
public final class Draws {
    private Draws() {}

    /** A generator for one purpose about one item of a run. */
    public static SplittableRandom of(long seed, long item, String purpose) {
        long key = mix(seed ^ mix(item + 0x9E3779B97F4A7C15L * (1 + purpose.hashCode())));
        return new SplittableRandom(key);
    }

    /** The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
    private static long mix(long z) {
        z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
        z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return z ^ (z >>> 33);
    }
}
