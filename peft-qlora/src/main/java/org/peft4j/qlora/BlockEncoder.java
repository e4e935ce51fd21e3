package org.peft4j.qlora;

import java.nio.ByteBuffer;

/** Collects elements in row-major order to blocks and encodes each as it is full. */
final class BlockEncoder {
    static final int BLOCK = 64;

    private final Codebook levels;
    private final ByteBuffer codes;
    private final float[] absmax;
    private final float[] block = new float[BLOCK];
    private int filled;
    private int blocks;

    BlockEncoder(Codebook levels, long elements) {
        this.levels = levels;
        codes = ByteBuffer.allocateDirect(Math.toIntExact((elements + 1) / 2));
        absmax = new float[Math.toIntExact((elements + BLOCK - 1) / BLOCK)];
    }

    void add(float[] values, int count) {
        for (int i = 0; i < count; i++) {
            block[filled++] = values[i];
            if (filled == BLOCK) {
                encode();
            }
        }
    }

    /** Encodes what is left, and gives the codes. */
    ByteBuffer finish() {
        if (filled > 0) {
            encode();
        }
        return codes;
    }

    float[] absmax() {
        return absmax;
    }

    private void encode() {
        float largest = 0;
        for (int i = 0; i < filled; i++) {
            largest = Math.max(largest, Math.abs(block[i]));
        }
        float factor = largest > 0 ? 1 / largest : 0;
        int at = blocks * (BLOCK / 2);
        for (int i = 0; i < filled; i += 2) {
            int first = levels.nearest(block[i] * factor);
            // The half byte after an odd number of elements is zero's.
            int second = levels.nearest(i + 1 < filled ? block[i + 1] * factor : 0);
            codes.put(at++, (byte) (first << 4 | second));
        }
        absmax[blocks++] = largest;
        filled = 0;
    }
}
