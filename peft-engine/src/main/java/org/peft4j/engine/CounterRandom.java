package org.peft4j.engine;

/**
 * Random numbers by counting: the n-th number of a stream follows from the stream's key and n alone, so that a backward pass
 * repeats what the forward pass drew, and the split over threads doesn't matter. The mixing is SplitMix64's (Steele et al. 2014).
 */
final class CounterRandom {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private CounterRandom() {}

    /** A well-mixed function of a key and a counter. */
    static long mix(long key, long counter) {
        long z = key + counter * GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
