package org.peft4j.qlora;

import java.util.Arrays;

/** Sorted levels in [-1, 1] that numbers are rounded to. */
final class Codebook {
    /**
     * 4-bit NormalFloat (Dettmers et al. 2023, appendix E): quantiles of the standard normal, scaled to [-1, 1], with an exact
     * zero.
     */
    static final Codebook NF4 = new Codebook(
            -1f,
            -0.6961928009986877f,
            -0.5250730514526367f,
            -0.39491748809814453f,
            -0.28444138169288635f,
            -0.18477343022823334f,
            -0.09105003625154495f,
            0f,
            0.07958029955625534f,
            0.16093020141124725f,
            0.24611230194568634f,
            0.33791524171829224f,
            0.44070982933044434f,
            0.5626170039176941f,
            0.7229568362236023f,
            1f);

    /** The signed 8-bit dynamic map (Dettmers 2015): the number of leading zeros is the exponent, what follows is the fraction. */
    static final Codebook DYNAMIC = dynamic();

    private final float[] levels;
    private final double[] midpoints;

    private Codebook(float... levels) {
        this.levels = levels;
        this.midpoints = new double[levels.length - 1];
        for (int i = 0; i < midpoints.length; i++) {
            midpoints[i] = ((double) levels[i] + levels[i + 1]) / 2;
        }
    }

    float level(int index) {
        return levels[index];
    }

    /** A copy of all levels. */
    float[] levels() {
        return levels.clone();
    }

    /** The index of the nearest level; halfway between two the lower one. */
    int nearest(float value) {
        int low = 0;
        int high = midpoints.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (midpoints[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static Codebook dynamic() {
        float[] levels = new float[256];
        int n = 0;
        for (int exponent = 0; exponent < 7; exponent++) {
            int fractions = 1 << exponent;
            float scale = (float) Math.pow(10, exponent - 6);
            for (int i = 0; i < fractions; i++) {
                float middle = (edge(i, fractions) + edge(i + 1, fractions)) / 2;
                levels[n++] = scale * middle;
                levels[n++] = -scale * middle;
            }
        }
        levels[n++] = 0;
        levels[n] = 1;
        Arrays.sort(levels);
        return new Codebook(levels);
    }

    /** The i-th of the edges that cut [0.1, 1] into equal parts. */
    private static float edge(int i, int parts) {
        return (float) (0.1 + 0.9 * i / parts);
    }
}
