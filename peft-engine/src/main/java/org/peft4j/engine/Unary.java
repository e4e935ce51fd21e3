package org.peft4j.engine;

/** Elementwise functions of one argument. */
enum Unary {
    RELU(true) {
        @Override
        float f(float x) {
            return Math.max(x, 0f);
        }

        @Override
        float slope(float y) {
            return y > 0f ? 1f : 0f;
        }
    },
    SILU(false) {
        @Override
        float f(float x) {
            return x * FastExp.sigmoid(x);
        }

        @Override
        float slope(float x) {
            float s = FastExp.sigmoid(x);
            return s * (1f + x * (1f - s));
        }
    },
    GELU(false) {
        private static final float C = 0.7978845608f;
        private static final float D = 0.044715f;

        @Override
        float f(float x) {
            return 0.5f * x * (1f + FastExp.tanh(C * (x + D * x * x * x)));
        }

        @Override
        float slope(float x) {
            float t = FastExp.tanh(C * (x + D * x * x * x));
            return 0.5f * (1f + t) + 0.5f * x * (1f - t * t) * C * (1f + 3f * D * x * x);
        }
    },
    TANH(true) {
        @Override
        float f(float x) {
            return FastExp.tanh(x);
        }

        @Override
        float slope(float y) {
            return 1f - y * y;
        }
    },
    SIGMOID(true) {
        @Override
        float f(float x) {
            return FastExp.sigmoid(x);
        }

        @Override
        float slope(float y) {
            return y * (1f - y);
        }
    },
    SQRT(true) {
        @Override
        float f(float x) {
            return (float) Math.sqrt(x);
        }

        @Override
        float slope(float y) {
            return y == 0f ? 0f : 0.5f / y;
        }
    };

    /** Whether the slope is a function of the output rather than of the input. */
    private final boolean byOutput;

    Unary(boolean byOutput) {
        this.byOutput = byOutput;
    }

    abstract float f(float x);

    abstract float slope(float v);

    Tensor apply(Tape tape, Tensor x) {
        Tensor y = tape.fresh(x.needsGradient, x.shape());
        Elementwise.map(tape.workers(), x.value(), x.value(), y.value, (a, same, out, n) -> {
            for (int i = 0; i < n; i++) {
                out[i] = f(a[i]);
            }
        });
        Tensor kept = byOutput ? y : x;
        tape.record(
                y,
                () -> {
                    float beta = tape.openGradient(x);
                    Buf g = y.gradient.buf;
                    Elementwise.accumulate(
                            tape.workers(), g, kept.value(), g, beta, x.gradient.buf, (d, v, same, out, n) -> {
                                for (int i = 0; i < n; i++) {
                                    out[i] += d[i] * slope(v[i]);
                                }
                            });
                },
                kept);
        return y;
    }
}
