package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;

/** The keys and values of one sequence's tokens so far, for each layer. */
public final class KeyValueCache {
    private final List<Layer> layers = new ArrayList<>();

    /**
     * An empty cache.
     *
     * @param layers number of layers
     * @param width of all keys (or values) of a token
     * @param capacity how many tokens are expected; it grows where more come
     */
    public KeyValueCache(int layers, int width, int capacity) {
        for (int i = 0; i < layers; i++) {
            this.layers.add(new Layer(width, capacity));
        }
    }

    /** One layer's part. */
    public Layer layer(int index) {
        return layers.get(index);
    }

    /** How many tokens the last layer holds. */
    public int length() {
        return layers.get(layers.size() - 1).length();
    }

    /** One layer's keys and values. */
    public static final class Layer {
        private final int width;
        private Buf keys;
        private Buf values;
        private int length;

        Layer(int width, int capacity) {
            this.width = width;
            this.keys = OffHeap.allocate((long) width * Math.max(16, capacity));
            this.values = OffHeap.allocate((long) width * Math.max(16, capacity));
        }

        Buf keys() {
            return keys;
        }

        Buf values() {
            return values;
        }

        /** Number of tokens. */
        public int length() {
            return length;
        }

        /** A copy of the first {@code n} tokens' keys, [n, width]. */
        public float[] keys(int n) {
            return keys.slice(0, n * width).toArray();
        }

        /** A copy of the first {@code n} tokens' values, [n, width]. */
        public float[] values(int n) {
            return values.slice(0, n * width).toArray();
        }

        /** Appends rows {@code from} to {@code to} of k and v [tokens, width]. */
        public void append(Tensor k, Tensor v, int from, int to) {
            int n = (to - from) * width;
            keys = roomFor(keys, n);
            values = roomFor(values, n);
            keys.slice(length * width, n).copyFrom(k.value().slice(from * width, n));
            values.slice(length * width, n).copyFrom(v.value().slice(from * width, n));
            length += to - from;
        }

        private Buf roomFor(Buf buf, int more) {
            int used = length * width;
            if (used + more <= buf.length) {
                return buf;
            }
            Buf larger = OffHeap.allocate(Math.max(2L * buf.length, used + more));
            larger.slice(0, used).copyFrom(buf.slice(0, used));
            return larger;
        }
    }
}
