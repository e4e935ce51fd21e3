package org.peft4j.engine;

/** Operations that only move or reinterpret elements. */
final class Layout {
    private Layout() {}

    /** The elements from {@code offset} on in another shape: the same memory. */
    static Tensor view(Tape tape, Tensor x, int offset, long... shape) {
        long size = 1;
        for (long d : shape) {
            size *= d;
        }
        Buf part = x.value().slice(offset, Math.toIntExact(size));
        return new Tensor(tape, shape, part, x.needsGradient, x.root, x.rootOffset + offset);
    }

    static Tensor columns(Tape tape, Tensor x, int from, int to) {
        if (from < 0 || to > x.cols || from >= to) {
            throw new IllegalArgumentException("columns " + from + " to " + to + " of " + x);
        }
        int n = to - from;
        Tensor y = tape.fresh(x.needsGradient, x.rows, n);
        float[] row = new float[n];
        for (int r = 0; r < x.rows; r++) {
            x.value().get(r * x.cols + from, row, 0, n);
            y.value.put(r * n, row, 0, n);
        }
        tape.record(y, () -> {
            if (tape.openGradient(x) == 0f) {
                x.gradient.buf.fill(0f);
            }
            for (int r = 0; r < x.rows; r++) {
                for (int c = 0; c < n; c++) {
                    int at = r * x.cols + from + c;
                    x.gradient.buf.put(at, x.gradient.buf.get(at) + y.gradient.buf.get(r * n + c));
                }
            }
        });
        return y;
    }

    static Tensor concatRows(Tape tape, Tensor a, Tensor b) {
        if (a.cols != b.cols) {
            throw new IllegalArgumentException("shapes " + a + " and " + b + " have rows of different length");
        }
        Tensor y = tape.fresh(a.needsGradient || b.needsGradient, (long) a.rows + b.rows, a.cols);
        int cut = a.rows * a.cols;
        y.value.slice(0, cut).copyFrom(a.value());
        y.value.slice(cut, b.rows * b.cols).copyFrom(b.value());
        tape.record(y, () -> {
            addPart(tape, a, y.gradient.buf.slice(0, cut));
            addPart(tape, b, y.gradient.buf.slice(cut, b.rows * b.cols));
        });
        return y;
    }

    private static void addPart(Tape tape, Tensor to, Buf part) {
        if (to.needsGradient) {
            float beta = tape.openGradient(to);
            Elementwise.axpy(tape.workers(), 1f, part, beta, to.gradient.buf);
        }
    }
}
