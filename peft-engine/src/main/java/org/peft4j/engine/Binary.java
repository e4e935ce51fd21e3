package org.peft4j.engine;

import java.util.Arrays;

/** Elementwise operations of two arguments; the second may be one row or one number, used for every row or element. */
enum Binary {
    ADD {
        @Override
        void forward(float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] = a[i] + b[i];
            }
        }
    },
    SUB {
        @Override
        void forward(float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] = a[i] - b[i];
            }
        }

        @Override
        void slopeB(float[] g, float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] -= g[i];
            }
        }
    },
    MUL {
        @Override
        void forward(float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] = a[i] * b[i];
            }
        }

        @Override
        void slopeA(float[] g, float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] += g[i] * b[i];
            }
        }

        @Override
        void slopeB(float[] g, float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] += g[i] * a[i];
            }
        }
    },
    DIV {
        @Override
        void forward(float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] = a[i] / b[i];
            }
        }

        @Override
        void slopeA(float[] g, float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] += g[i] / b[i];
            }
        }

        @Override
        void slopeB(float[] g, float[] a, float[] b, float[] out, int n) {
            for (int i = 0; i < n; i++) {
                out[i] -= g[i] * a[i] / (b[i] * b[i]);
            }
        }
    };

    abstract void forward(float[] a, float[] b, float[] out, int n);

    /** Adds the gradient by a; by default it is that of the output. */
    void slopeA(float[] g, float[] a, float[] b, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += g[i];
        }
    }

    /** Adds the gradient by b; by default it is that of the output. */
    void slopeB(float[] g, float[] a, float[] b, float[] out, int n) {
        slopeA(g, a, b, out, n);
    }

    Tensor apply(Tape tape, Tensor a, Tensor b) {
        boolean same = a.sameShape(b);
        if (!same && b.size() != a.cols && b.size() != 1) {
            throw new IllegalArgumentException("shapes " + a + " and " + b + " do not go together");
        }
        Tensor y = tape.fresh(a.needsGradient || b.needsGradient, a.shape());
        boolean linear = this == ADD || this == SUB;
        Tensor[] saved = linear ? new Tensor[0] : new Tensor[] {a, b};
        if (same) {
            Elementwise.map(tape.workers(), a.value(), b.value(), y.value, this::forward);
            tape.record(y, () -> backwardSame(tape, a, b, y, linear), saved);
        } else {
            forwardRows(tape, a, b.value(), y.value);
            tape.record(y, () -> backwardRows(tape, a, b, y), saved);
        }
        return y;
    }

    private void backwardSame(Tape tape, Tensor a, Tensor b, Tensor y, boolean linear) {
        Buf g = y.gradient.buf;
        if (linear) {
            tape.passGradient(y, a);
        } else if (a.needsGradient) {
            float beta = tape.openGradient(a);
            Elementwise.accumulate(tape.workers(), g, a.value(), b.value(), beta, a.gradient.buf, this::slopeA);
        }
        if (!b.needsGradient) {
            return;
        }
        if (this == ADD) {
            tape.passGradient(y, b);
        } else if (this == SUB) {
            float beta = tape.openGradient(b);
            Elementwise.axpy(tape.workers(), -1f, g, beta, b.gradient.buf);
        } else {
            float beta = tape.openGradient(b);
            Elementwise.accumulate(tape.workers(), g, a.value(), b.value(), beta, b.gradient.buf, this::slopeB);
        }
    }

    /** One row of the second argument as it is used: repeated where it is one number. */
    private static float[] row(Buf b, int cols) {
        float[] row = new float[cols];
        if (b.length == 1) {
            Arrays.fill(row, b.get(0));
        } else {
            b.get(0, row, 0, cols);
        }
        return row;
    }

    private void forwardRows(Tape tape, Tensor a, Buf b, Buf out) {
        int cols = a.cols;
        float[] row = row(b, cols);
        tape.workers().split(a.rows, Math.max(1, Elementwise.GRAIN / cols), (from, to) -> {
            float[] x = new float[cols];
            float[] y = new float[cols];
            for (int r = from; r < to; r++) {
                a.value().get(r * cols, x, 0, cols);
                forward(x, row, y, cols);
                out.put(r * cols, y, 0, cols);
            }
        });
    }

    private void backwardRows(Tape tape, Tensor a, Tensor b, Tensor y) {
        int cols = a.cols;
        boolean linear = this == ADD || this == SUB;
        float[] row = linear ? new float[cols] : row(b.value(), cols);
        if (linear) {
            tape.passGradient(y, a);
        } else if (a.needsGradient) {
            float beta = tape.openGradient(a);
            tape.workers().split(a.rows, Math.max(1, Elementwise.GRAIN / cols), (from, to) -> {
                float[] g = new float[cols];
                float[] out = new float[cols];
                for (int r = from; r < to; r++) {
                    y.gradient.buf.get(r * cols, g, 0, cols);
                    if (beta != 0f) {
                        a.gradient.buf.get(r * cols, out, 0, cols);
                    } else {
                        Arrays.fill(out, 0f);
                    }
                    slopeA(g, row, row, out, cols);
                    a.gradient.buf.put(r * cols, out, 0, cols);
                }
            });
        }
        if (b.needsGradient) {
            addRowGradient(tape, a, b, y, linear ? null : row);
        }
    }

    /** The gradient of one row that was used for all: summed column by column in the order of the rows. */
    private void addRowGradient(Tape tape, Tensor a, Tensor b, Tensor y, float[] row) {
        int cols = a.cols;
        float[] total = new float[cols];
        tape.workers().split(cols, 64, (from, to) -> {
            int n = to - from;
            float[] g = new float[n];
            float[] x = new float[n];
            float[] sum = new float[n];
            float[] part = row == null ? x : Arrays.copyOfRange(row, from, to);
            for (int r = 0; r < a.rows; r++) {
                y.gradient.buf.get(r * cols + from, g, 0, n);
                if (row != null) {
                    a.value().get(r * cols + from, x, 0, n);
                }
                slopeB(g, x, part, sum, n);
            }
            System.arraycopy(sum, 0, total, from, n);
        });
        float beta = tape.openGradient(b);
        Buf into = b.gradient.buf;
        if (b.size() == 1) {
            double sum = 0;
            for (float v : total) {
                sum += v;
            }
            into.put(0, (float) (beta == 0f ? sum : sum + into.get(0)));
            return;
        }
        for (int i = 0; i < cols; i++) {
            into.put(i, beta == 0f ? total[i] : total[i] + into.get(i));
        }
    }
}
