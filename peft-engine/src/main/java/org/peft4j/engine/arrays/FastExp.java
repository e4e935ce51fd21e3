package org.peft4j.engine.arrays;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * The exponential function in fp32 by range reduction and a polynomial (relative error below 3e-7; between exp(-87) and exp(88)).
 * The library's is not used because compiled and interpreted code may differ in the last bit there, and equal runs have to give
 * equal bits. What is here is the plain Java of it; the Vector API has another.
 */
public final class FastExp {
    /** The most numbers at once of {@link #sigmoids}: three such pieces fit the first-level cache. */
    public static final int MOST = 2048;

    private static final float LOW = -87f;
    private static final float HIGH = 88f;
    private static final float LOG2E = 1.44269504f;
    /** ln 2 in two parts, the first with few bits, so that n * LN2_HIGH is exact. */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float ROUND = 12582912f;
    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND) - 127;

    /** Below this many numbers the detour through {@link Lanes} doesn't pay. */
    private static final int FEW = 48;

    private static final ThreadLocal<Lanes> LANES = ThreadLocal.withInitial(Lanes::new);

    private FastExp() {}

    private static float exp(float x) {
        float clamped = Math.max(LOW, Math.min(HIGH, x));
        float shifted = clamped * LOG2E + ROUND;
        return mantissa(clamped, shifted) * Float.intBitsToFloat(power(Float.floatToRawIntBits(shifted)));
    }

    /** The exponential of what is left of x after taking out whole multiples of ln 2. */
    private static float mantissa(float x, float shifted) {
        float n = shifted - ROUND;
        float r = x - n * LN2_HIGH - n * LN2_LOW;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        return p * r * r + r + 1f;
    }

    /** The bits of 2 to the n from those of n + ROUND. */
    private static int power(int shiftedBits) {
        return (shiftedBits - ROUND_BITS) << 23;
    }

    /** Replaces n numbers from {@code from} on by their exponentials. */
    public static void exp(float[] v, int from, int n) {
        ArrayKernels.ofRow(n).exp(v, from, n);
    }

    /** The same by loops that every JDK compiles to vector instructions. */
    static void loops(float[] v, int from, int n) {
        if (n < FEW) {
            for (int i = from; i < from + n; i++) {
                v[i] = exp(v[i]);
            }
            return;
        }
        Lanes lanes = LANES.get();
        for (int i = 0; i < n; i += MOST) {
            int count = Math.min(MOST, n - i);
            System.arraycopy(v, from + i, lanes.numbers, 0, count);
            lanes.exp(count);
            System.arraycopy(lanes.numbers, 0, v, from + i, count);
        }
    }

    /** Replaces numbers by the exponentials of their difference to {@code shift}. */
    public static void expMinus(float shift, float[] v, int from, int to) {
        for (int i = from; i < to; i++) {
            v[i] -= shift;
        }
        exp(v, from, to - from);
    }

    /** Sigmoids of n numbers, at most {@link #MOST}: the thread's own array, until the next call. */
    public static float[] sigmoids(float[] x, int n) {
        return sigmoids(ArrayKernels.ofRow(n), x, n);
    }

    /** The same with certain kernels. */
    static float[] sigmoids(ArrayKernels kernels, float[] x, int n) {
        float[] s = LANES.get().results;
        for (int i = 0; i < n; i++) {
            s[i] = -x[i];
        }
        kernels.exp(s, 0, n);
        for (int i = 0; i < n; i++) {
            s[i] = 1f / (1f + s[i]);
        }
        return s;
    }

    /** Hyperbolic tangents of n numbers, from x to y. */
    public static void tanh(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = 2f * x[i];
        }
        exp(y, 0, n);
        for (int i = 0; i < n; i++) {
            float s = x[i] * x[i];
            float near = x[i] * (1f + s * (-1f / 3f + s * (2f / 15f)));
            float far = 1f - 2f / (1f + y[i]);
            y[i] = Math.abs(x[i]) < 0.05f ? near : far;
        }
    }

    /**
     * Exponentials of many numbers in loops that each compile to vector instructions. Reading a float's bits as an integer would
     * keep a loop from it, so that step is a copy through memory seen as both.
     */
    private static final class Lanes {
        private final float[] numbers = new float[MOST];
        private final float[] results = new float[MOST];
        private final float[] floats = new float[MOST];
        private final int[] ints = new int[MOST];
        private final FloatBuffer asFloats;
        private final IntBuffer asInts;

        Lanes() {
            ByteBuffer memory = ByteBuffer.allocateDirect(4 * MOST).order(ByteOrder.nativeOrder());
            asFloats = memory.asFloatBuffer();
            asInts = memory.asIntBuffer();
        }

        /** Replaces the first n of {@link #numbers}; small loops over whole arrays are what the compiler does best. */
        void exp(int n) {
            float[] x = numbers;
            float[] f = floats;
            for (int i = 0; i < n; i++) {
                x[i] = Math.max(LOW, Math.min(HIGH, x[i]));
            }
            for (int i = 0; i < n; i++) {
                f[i] = x[i] * LOG2E + ROUND;
            }
            for (int i = 0; i < n; i++) {
                x[i] = mantissa(x[i], f[i]);
            }
            powers(n);
            for (int i = 0; i < n; i++) {
                x[i] *= f[i];
            }
        }

        private void powers(int n) {
            asFloats.put(0, floats, 0, n);
            asInts.get(0, ints, 0, n);
            for (int i = 0; i < n; i++) {
                ints[i] = power(ints[i]);
            }
            asInts.put(0, ints, 0, n);
            asFloats.get(0, floats, 0, n);
        }
    }
}
