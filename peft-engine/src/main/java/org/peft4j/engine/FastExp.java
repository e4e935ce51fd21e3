package org.peft4j.engine;

/**
 * The exponential function in fp32 by range reduction and a polynomial (relative error below 2e-7). The library's is not used
 * because compiled and interpreted code may differ in the last bit there, and equal runs have to give equal bits.
 */
final class FastExp {
    private static final float LOG2E = 1.44269504f;
    /** ln 2 in two parts, the first with few bits, so that n * LN2_HIGH is exact. */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float ROUND = 12582912f;

    private FastExp() {}

    static float exp(float x) {
        float clamped = Math.max(-87f, Math.min(88f, x));
        float shifted = clamped * LOG2E + ROUND;
        float n = shifted - ROUND;
        float r = clamped - n * LN2_HIGH - n * LN2_LOW;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        float y = p * r * r + r + 1f;
        int scale = (Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(ROUND) + 127) << 23;
        float result = y * Float.intBitsToFloat(scale);
        return x < -87f ? 0f : x != x ? x : result;
    }

    static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    static float tanh(float x) {
        if (Math.abs(x) < 0.05f) {
            float s = x * x;
            return x * (1f + s * (-1f / 3f + s * (2f / 15f)));
        }
        return 1f - 2f / (1f + exp(2f * x));
    }
}
