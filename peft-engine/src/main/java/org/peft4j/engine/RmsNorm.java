package org.peft4j.engine;

/** Root-mean-square norm of rows (Zhang and Sennrich 2019) with a hand-written gradient. */
final class RmsNorm {
    private RmsNorm() {}

    static Tensor apply(Tape tape, Tensor x, Tensor weight, float eps) {
        if (weight.size() != x.cols) {
            throw new IllegalArgumentException("norm weight " + weight + " for rows of " + x);
        }
        int cols = x.cols;
        float[] w = weight.value().toArray();
        float[] inverse = new float[x.rows];
        Tensor y = tape.fresh(x.needsGradient || weight.needsGradient, x.shape());
        Rows.each(tape, x, x.value(), (r, v) -> {
            float scale = (float) (1.0 / Math.sqrt(Rows.dot(v, v, cols) / (double) cols + eps));
            inverse[r] = scale;
            for (int i = 0; i < cols; i++) {
                v[i] = v[i] * scale * w[i];
            }
            y.value.put(r * cols, v, 0, cols);
        });
        if (y.needsGradient) {
            y.remake = () -> scaled(tape, x, w, inverse, y);
        }
        tape.record(
                y,
                () -> {
                    if (x.needsGradient) {
                        inputGradient(tape, x, w, inverse, y.gradient.buf);
                    }
                    if (weight.needsGradient) {
                        weightGradient(tape, x, weight, inverse, y.gradient.buf);
                    }
                },
                x);
        return y;
    }

    /** The same values to the bit, from the rows and their scales. */
    private static void scaled(Tape tape, Tensor x, float[] w, float[] inverse, Tensor y) {
        int cols = x.cols;
        Rows.each(tape, x, x.value(), (r, v) -> {
            float scale = inverse[r];
            for (int i = 0; i < cols; i++) {
                v[i] = v[i] * scale * w[i];
            }
            y.value.put(r * cols, v, 0, cols);
        });
    }

    private static void inputGradient(Tape tape, Tensor x, float[] w, float[] inverse, Buf gradient) {
        int cols = x.cols;
        float beta = tape.openGradient(x);
        Buf into = x.gradient.buf;
        tape.workers().split(x.rows, Math.max(1, Elementwise.GRAIN / cols), (from, to) -> {
            float[] v = new float[cols];
            float[] g = new float[cols];
            float[] d = new float[cols];
            for (int r = from; r < to; r++) {
                x.value().get(r * cols, v, 0, cols);
                gradient.get(r * cols, g, 0, cols);
                if (beta != 0f) {
                    into.get(r * cols, d, 0, cols);
                } else {
                    java.util.Arrays.fill(d, 0f);
                }
                for (int i = 0; i < cols; i++) {
                    g[i] *= w[i];
                }
                float s = inverse[r];
                float pull = Rows.dot(g, v, cols) / cols * s * s * s;
                for (int i = 0; i < cols; i++) {
                    d[i] += g[i] * s - v[i] * pull;
                }
                into.put(r * cols, d, 0, cols);
            }
        });
    }

    private static void weightGradient(Tape tape, Tensor x, Tensor weight, float[] inverse, Buf gradient) {
        int cols = x.cols;
        float beta = tape.openGradient(weight);
        Buf into = weight.gradient.buf;
        tape.workers().split(cols, 64, (from, to) -> {
            int n = to - from;
            float[] v = new float[n];
            float[] g = new float[n];
            float[] sum = new float[n];
            if (beta != 0f) {
                into.get(from, sum, 0, n);
            }
            for (int r = 0; r < x.rows; r++) {
                x.value().get(r * cols + from, v, 0, n);
                gradient.get(r * cols + from, g, 0, n);
                float s = inverse[r];
                for (int i = 0; i < n; i++) {
                    sum[i] += g[i] * v[i] * s;
                }
            }
            into.put(from, sum, 0, n);
        });
    }
}
