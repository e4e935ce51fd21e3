package org.peft4j.engine.arrays;

/** {@link ArrayKernels} that every JDK runs. */
public final class PlainKernels implements ArrayKernels {
    private static final int NAN = 0x7f800000;

    @Override
    public String description() {
        return "plain Java";
    }

    @Override
    public float max(float[] v, int from, int to) {
        float m0 = Float.NEGATIVE_INFINITY;
        float m1 = m0;
        int i = from;
        // Comparisons that are seldom true cost less than Math.max, whose results would have to wait for each other.
        for (; i + 1 < to; i += 2) {
            m0 = v[i] > m0 ? v[i] : m0;
            m1 = v[i + 1] > m1 ? v[i + 1] : m1;
        }
        for (; i < to; i++) {
            m0 = v[i] > m0 ? v[i] : m0;
        }
        return Math.max(m0, m1);
    }

    @Override
    public float sum(float[] v, int from, int n) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int end = from + n;
        int i = from;
        for (; i + 3 < end; i += 4) {
            s0 += v[i];
            s1 += v[i + 1];
            s2 += v[i + 2];
            s3 += v[i + 3];
        }
        for (; i < end; i++) {
            s0 += v[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    @Override
    public float dot(float[] a, float[] b, int n) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < n; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    @Override
    public void exp(float[] v, int from, int n) {
        FastExp.loops(v, from, n);
    }

    @Override
    public void round(float[] x, int from, short[] half, int n) {
        for (int i = 0; i < n; i++) {
            half[i] = round(x[from + i]);
        }
    }

    private static short round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & Integer.MAX_VALUE) > NAN) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    @Override
    public void widen(short[] half, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Float.intBitsToFloat(half[i] << 16);
        }
    }
}
