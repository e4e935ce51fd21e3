package org.peft4j.runtime;

/** Checks of settings, in words a user understands. */
final class Ranges {
    private Ranges() {}

    static void positive(String key, double value) {
        require(value > 0 && Double.isFinite(value), key + " must be above 0, not " + value);
    }

    static void atLeastZero(String key, double value) {
        require(value >= 0 && Double.isFinite(value), key + " must be 0 or more, not " + value);
    }

    static void atLeast(String key, long value, long least) {
        require(value >= least, key + " must be at least " + least + ", not " + value);
    }

    static void belowOne(String key, double value) {
        require(value >= 0 && value < 1, key + " must be at least 0 and below 1, not " + value);
    }

    static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
