package org.peft4j.engine;

import org.peft4j.engine.arrays.FastExp;

/** Elementwise functions of one argument. */
enum Unary {
    RELU(true) {
        @Override
        void values(float[] x, float[] y, int n) {
            for (int i = 0; i < n; i++) {
                y[i] = Math.max(x[i], 0f);
            }
        }

        @Override
        void addSlopes(float[] d, float[] y, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] += y[i] > 0f ? d[i] : 0f;
            }
        }
    },
    SILU(false) {
        @Override
        void values(float[] x, float[] y, int n) {
            float[] s = FastExp.sigmoids(x, n);
            for (int i = 0; i < n; i++) {
                y[i] = x[i] * s[i];
            }
        }

        @Override
        void addSlopes(float[] d, float[] x, float[] out, int n) {
            float[] s = FastExp.sigmoids(x, n);
            for (int i = 0; i < n; i++) {
                out[i] += d[i] * s[i] * (1f + x[i] * (1f - s[i]));
            }
        }
    },
    GELU(false) {
        private static final float C = 0.7978845608f;
        private static final float D = 0.044715f;

        private static float[] inner(float[] x, int n) {
            float[] t = new float[n];
            for (int i = 0; i < n; i++) {
                t[i] = C * (x[i] + D * x[i] * x[i] * x[i]);
            }
            float[] result = new float[n];
            FastExp.tanh(t, result, n);
            return result;
        }

        @Override
        void values(float[] x, float[] y, int n) {
            float[] t = inner(x, n);
            for (int i = 0; i < n; i++) {
                y[i] = 0.5f * x[i] * (1f + t[i]);
            }
        }

        @Override
        void addSlopes(float[] d, float[] x, float[] out, int n) {
            float[] t = inner(x, n);
            for (int i = 0; i < n; i++) {
                float turn = 0.5f * x[i] * (1f - t[i] * t[i]) * C * (1f + 3f * D * x[i] * x[i]);
                out[i] += d[i] * (0.5f * (1f + t[i]) + turn);
            }
        }
    },
    TANH(true) {
        @Override
        void values(float[] x, float[] y, int n) {
            FastExp.tanh(x, y, n);
        }

        @Override
        void addSlopes(float[] d, float[] y, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] += d[i] * (1f - y[i] * y[i]);
            }
        }
    },
    SIGMOID(true) {
        @Override
        void values(float[] x, float[] y, int n) {
            System.arraycopy(FastExp.sigmoids(x, n), 0, y, 0, n);
        }

        @Override
        void addSlopes(float[] d, float[] y, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] += d[i] * y[i] * (1f - y[i]);
            }
        }
    },
    SQRT(true) {
        @Override
        void values(float[] x, float[] y, int n) {
            for (int i = 0; i < n; i++) {
                y[i] = (float) Math.sqrt(x[i]);
            }
        }

        @Override
        void addSlopes(float[] d, float[] y, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] += y[i] == 0f ? 0f : d[i] * 0.5f / y[i];
            }
        }
    };

    /** Whether the slope is a function of the output rather than of the input. */
    private final boolean byOutput;

    Unary(boolean byOutput) {
        this.byOutput = byOutput;
    }

    abstract void values(float[] x, float[] y, int n);

    /** Adds d times the slope at the inputs (or at the outputs where it follows from them). */
    abstract void addSlopes(float[] d, float[] at, float[] out, int n);

    Tensor apply(Tape tape, Tensor x) {
        Tensor y = tape.fresh(x.needsGradient, x.shape());
        Elementwise.map(tape.workers(), x.value(), x.value(), y.value, (a, same, out, n) -> values(a, out, n));
        Tensor kept = byOutput ? y : x;
        tape.record(
                y,
                () -> {
                    float beta = tape.openGradient(x);
                    Buf g = y.gradient.buf;
                    Elementwise.accumulate(
                            tape.workers(),
                            g,
                            kept.value(),
                            g,
                            beta,
                            x.gradient.buf,
                            (d, v, same, out, n) -> addSlopes(d, v, out, n));
                },
                kept);
        return y;
    }
}
