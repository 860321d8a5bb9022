package dev.kappa.residency;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * Weights on the CPU share the memory of their mapped files, and Java unmaps a file only when its collector finds
 * that nothing refers to it. Without help that may be hours after the weights are gone.
 */
final class MappedMemory {
    /** Small files that are mapped for other reasons. */
    private static final long SLACK = 32L << 20;

    private MappedMemory() {}

    /** Unmaps what nothing refers to, where more is mapped than the given bytes. */
    static void reclaim(long expected) {
        if (used() > expected + SLACK) {
            System.gc();
        }
    }

    private static long used() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("mapped"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
