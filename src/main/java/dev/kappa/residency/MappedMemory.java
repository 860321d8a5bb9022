package dev.kappa.residency;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Weights on the CPU share the memory of their mapped files, and Java unmaps a file only when its collector finds
 * that nothing refers to it. Without help that may be hours after the weights are gone.
 */
final class MappedMemory {
    /** Small files that are mapped for other reasons. */
    private static final long SLACK = 32L << 20;

    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    private MappedMemory() {}

    /**
     * Unmaps what nothing refers to, where more is mapped than the given bytes. Another thread does it when the
     * collector has found it out; this waits for it a moment.
     */
    static void reclaim(long expected) {
        if (used() <= expected + SLACK) {
            return;
        }
        System.gc();
        long end = System.nanoTime() + LONGEST_WAIT;
        while (used() > expected + SLACK && System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE);
        }
    }

    private static long used() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("mapped"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
