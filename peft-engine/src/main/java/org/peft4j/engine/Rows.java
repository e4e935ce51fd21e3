package org.peft4j.engine;

/** Operations on each row by itself. */
final class Rows {
    private Rows() {}

    /** What is done with one row. */
    interface RowBody {
        void run(int row, float[] values);
    }

    static void each(Tape tape, Tensor x, Buf source, RowBody body) {
        tape.workers().split(x.rows, Math.max(1, Elementwise.GRAIN / x.cols), (from, to) -> {
            float[] values = new float[x.cols];
            for (int r = from; r < to; r++) {
                source.get(r * x.cols, values, 0, x.cols);
                body.run(r, values);
            }
        });
    }

    /** Sum with four running sums, in an order that depends on n alone. */
    static float dot(float[] a, float[] b, int n) {
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

    static Tensor sum(Tape tape, Tensor x) {
        Tensor y = tape.fresh(x.needsGradient, x.rows);
        each(tape, x, x.value(), (r, v) -> {
            double sum = 0;
            for (float e : v) {
                sum += e;
            }
            y.value.put(r, (float) sum);
        });
        tape.record(y, () -> {
            float beta = tape.openGradient(x);
            Buf into = x.gradient.buf;
            each(tape, x, into, (r, d) -> {
                float g = y.gradient.buf.get(r);
                for (int i = 0; i < d.length; i++) {
                    d[i] = beta == 0f ? g : d[i] + g;
                }
                into.put(r * x.cols, d, 0, d.length);
            });
        });
        return y;
    }

    static Tensor softmax(Tape tape, Tensor x) {
        Tensor y = tape.fresh(x.needsGradient, x.shape());
        each(tape, x, x.value(), (r, v) -> {
            softmaxInPlace(v, v.length);
            y.value.put(r * x.cols, v, 0, v.length);
        });
        tape.record(
                y,
                () -> {
                    float beta = tape.openGradient(x);
                    each(tape, x, y.value(), (r, p) -> softmaxGradient(r, p, y.gradient.buf, beta, x.gradient.buf));
                },
                y);
        return y;
    }

    private static void softmaxGradient(int row, float[] p, Buf gradient, float beta, Buf into) {
        int n = p.length;
        float[] g = new float[n];
        float[] d = new float[n];
        gradient.get(row * n, g, 0, n);
        if (beta != 0f) {
            into.get(row * n, d, 0, n);
        }
        float mean = dot(p, g, n);
        for (int i = 0; i < n; i++) {
            d[i] += p[i] * (g[i] - mean);
        }
        into.put(row * n, d, 0, n);
    }

    /** Softmax of the first n values; gives the log of the sum of their exponentials. */
    static float softmaxInPlace(float[] v, int n) {
        float max = max(v, 0, n);
        FastExp.expMinus(max, v, 0, n);
        float sum = sum(v, n);
        float inverse = 1f / sum;
        for (int i = 0; i < n; i++) {
            v[i] *= inverse;
        }
        return max + (float) Math.log(sum);
    }

    /** The largest of some values; a NaN among them may be passed over. */
    static float max(float[] v, int from, int to) {
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

    static float sum(float[] v, int n) {
        return sum(v, 0, n);
    }

    static float sum(float[] v, int from, int n) {
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
}
