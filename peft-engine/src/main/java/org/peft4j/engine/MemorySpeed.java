package org.peft4j.engine;

/** How fast this machine reads memory: what bounds generation of single sequences, which reads every weight once a token. */
public final class MemorySpeed {
    /** Larger than any cache. */
    private static final int LENGTH = 1 << 26;

    private static final int PIECE = 1 << 12;
    private static final int ROUNDS = 7;

    private MemorySpeed() {}

    /** Gigabytes (10^9) that all threads of the engine read a second: the best of some rounds over 256 MB. */
    public static double measure(Engine engine) {
        Buf memory = OffHeap.allocate(LENGTH);
        memory.fill(1f); // pages that were never written are no memory yet
        long best = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            engine.workers().split(LENGTH, PIECE, (from, to) -> {
                float[] piece = new float[PIECE];
                for (int at = from; at < to; at += PIECE) {
                    memory.get(at, piece, 0, Math.min(PIECE, to - at));
                }
            });
            best = Math.min(best, System.nanoTime() - start);
        }
        return 4.0 * LENGTH / best;
    }
}
