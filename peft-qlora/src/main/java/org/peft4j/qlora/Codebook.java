package org.peft4j.qlora;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Levels in [-1, 1] that numbers are rounded to. A level's place in the list is its code. */
final class Codebook {
    /** The signed 8-bit dynamic map (Dettmers 2015): the number of leading zeros is the exponent, what follows is the fraction. */
    static final Codebook DYNAMIC = dynamic();

    private final float[] levels;
    private final int[] codes;
    private final double[] midpoints;

    Codebook(float... levels) {
        this.levels = levels.clone();
        // Of equal levels (a zero with and without a sign) the one with the lowest code is used.
        this.codes = IntStream.range(0, levels.length)
                .filter(i -> IntStream.range(0, i).noneMatch(j -> levels[j] == levels[i]))
                .boxed()
                .sorted(Comparator.comparing(i -> levels[i]))
                .mapToInt(i -> i)
                .toArray();
        this.midpoints = new double[codes.length - 1];
        for (int i = 0; i < midpoints.length; i++) {
            midpoints[i] = ((double) levels[codes[i]] + levels[codes[i + 1]]) / 2;
        }
    }

    float level(int code) {
        return levels[code];
    }

    /** A copy of all levels, by code. */
    float[] levels() {
        return levels.clone();
    }

    /** The code of the nearest level; halfway between two that of the lower one. */
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
        return codes[low];
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
