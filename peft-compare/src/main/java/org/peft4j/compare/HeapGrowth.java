package org.peft4j.compare;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;

/**
 * How much more of Java's heap will be touched: what is committed but was not used yet is no resident memory until garbage has filled
 * it, which a few steps may not do.
 */
final class HeapGrowth {
    private final long used = used();
    private final long collections = collections();

    /**
     * The bytes that are still to be touched.
     *
     * @param steps made since this was made
     * @param total steps of the run
     */
    double expected(long steps, long total) {
        if (collections() > collections || steps == 0) {
            return 0; // it was full already
        }
        double each = Math.max(0, used() - used) / (double) steps;
        return Math.min(untouched(), each * Math.max(0, total - steps));
    }

    private static long untouched() {
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            boolean young = pool.getType() == MemoryType.HEAP && pool.getName().contains("Eden");
            if (young) {
                bytes += Math.max(
                        0, pool.getUsage().getCommitted() - pool.getPeakUsage().getUsed());
            }
        }
        return bytes;
    }

    private static long used() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }
}
