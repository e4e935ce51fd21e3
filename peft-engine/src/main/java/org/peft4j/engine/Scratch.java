package org.peft4j.engine;

/** Native memory of a thread for the time of one task. */
final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private Buf first = OffHeap.allocate(1 << 12);
    private Buf second = OffHeap.allocate(1 << 12);
    private Buf third = OffHeap.allocate(1 << 12);

    private Decoded decoded = new Decoded(new float[0], first);

    private Scratch() {}

    /**
     * A tile of decoded weights.
     *
     * @param array takes what is decoded
     * @param memory where a product reads it
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Decoded(float[] array, Buf memory) {}

    /** Room for at least {@code length} decoded numbers, until the next call. */
    static Decoded decoded(int length) {
        Scratch own = OF_THREAD.get();
        if (own.decoded.array.length < length) {
            own.decoded = new Decoded(new float[length], OffHeap.allocate(length));
        }
        return own.decoded;
    }

    /** At least {@code length} elements with undefined contents, until the next call. */
    static Buf take(int length) {
        Scratch own = OF_THREAD.get();
        if (own.first.length < length) {
            own.first = OffHeap.allocate(length);
        }
        return own.first;
    }

    /** As {@link #take}, another piece. */
    static Buf takeSecond(int length) {
        Scratch own = OF_THREAD.get();
        if (own.second.length < length) {
            own.second = OffHeap.allocate(length);
        }
        return own.second;
    }

    /** As {@link #take}, a third piece. */
    static Buf takeThird(int length) {
        Scratch own = OF_THREAD.get();
        if (own.third.length < length) {
            own.third = OffHeap.allocate(length);
        }
        return own.third;
    }
}
