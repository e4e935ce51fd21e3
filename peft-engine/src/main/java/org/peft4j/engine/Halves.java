package org.peft4j.engine;

import org.peft4j.engine.arrays.ArrayKernels;

/** Numbers in bfloat16 in native memory. */
final class Halves {
    private Halves() {}

    /** Makes fp32 numbers y [rows, cols] of rows that are {@code stride} numbers apart. */
    static void widen(Workers workers, Buf half, int stride, Buf y, int rows, int cols) {
        ArrayKernels kernels = ArrayKernels.of((long) rows * cols);
        workers.split(rows, Math.max(1, Elementwise.GRAIN / cols), (from, to) -> {
            short[] h = new short[Math.min(cols, Elementwise.PIECE)];
            float[] v = new float[h.length];
            for (int r = from; r < to; r++) {
                for (int c = 0; c < cols; c += h.length) {
                    int n = Math.min(h.length, cols - c);
                    half.getHalves(r * stride + c, h, n);
                    kernels.widen(h, v, n);
                    y.put(r * cols + c, v, 0, n);
                }
            }
        });
    }
}
