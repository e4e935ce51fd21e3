package org.peft4j.engine;

import org.peft4j.engine.arrays.ArrayKernels;
import org.peft4j.engine.arrays.FastExp;

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

    /** The sum of products, in an order that depends on n alone. */
    static float dot(float[] a, float[] b, int n) {
        return ArrayKernels.ofRow(n).dot(a, b, n);
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
        return ArrayKernels.ofRow(to - from).max(v, from, to);
    }

    static float sum(float[] v, int n) {
        return sum(v, 0, n);
    }

    static float sum(float[] v, int from, int n) {
        return ArrayKernels.ofRow(n).sum(v, from, n);
    }
}
