package org.peft4j.engine;

import org.peft4j.engine.arrays.FastExp;

/** Elementwise kernels: pieces of native memory are copied to the heap, worked on, and copied back. */
final class Elementwise {
    /** Elements of a piece: three of them fit the first-level cache. */
    static final int PIECE = FastExp.MOST;

    /** Elements below which a kernel is not worth splitting. */
    static final int GRAIN = 16384;

    private Elementwise() {}

    /** Two inputs, one output. */
    interface Two {
        void run(float[] a, float[] b, float[] out, int n);
    }

    /** Three inputs, one output that is added to. */
    interface Three {
        void run(float[] a, float[] b, float[] c, float[] out, int n);
    }

    /** {@code y = factor * x + beta * y}. */
    static void axpy(Workers workers, float factor, Buf x, float beta, Buf y) {
        workers.split(y.length, GRAIN, (from, to) -> {
            float[] a = new float[Math.min(PIECE, to - from)];
            float[] b = new float[a.length];
            for (int i = from; i < to; i += PIECE) {
                int n = Math.min(PIECE, to - i);
                x.get(i, a, 0, n);
                if (beta != 0f) {
                    y.get(i, b, 0, n);
                    for (int j = 0; j < n; j++) {
                        b[j] = factor * a[j] + beta * b[j];
                    }
                } else {
                    for (int j = 0; j < n; j++) {
                        b[j] = factor * a[j];
                    }
                }
                y.put(i, b, 0, n);
            }
        });
    }

    /** Adds dense rows [rows, cols] to rows that may lie apart. */
    static void addRows(Workers workers, Buf x, Blas.Mat y, int rows, int cols) {
        workers.split(rows, Math.max(1, GRAIN / cols), (from, to) -> {
            for (int r = from; r < to; r++) {
                Blas.add(cols, x.address + 4L * r * cols, y.rows(r).address());
            }
        });
    }

    /** {@code out = op(x, other)}; {@code other} is of the same size, or x itself for functions of one argument. */
    static void map(Workers workers, Buf x, Buf other, Buf out, Two op) {
        workers.split(out.length, GRAIN, (from, to) -> {
            float[] a = new float[Math.min(PIECE, to - from)];
            float[] b = other == x ? a : new float[a.length];
            float[] c = new float[a.length];
            for (int i = from; i < to; i += PIECE) {
                int n = Math.min(PIECE, to - i);
                x.get(i, a, 0, n);
                if (other != x) {
                    other.get(i, b, 0, n);
                }
                op.run(a, b, c, n);
                out.put(i, c, 0, n);
            }
        });
    }

    /** {@code out = beta * out + op(a, b, c)}: the op adds to what it is given. */
    static void accumulate(Workers workers, Buf x, Buf y, Buf z, float beta, Buf out, Three op) {
        workers.split(out.length, GRAIN, (from, to) -> {
            int most = Math.min(PIECE, to - from);
            float[] a = new float[most];
            float[] b = y == x ? a : new float[most];
            float[] c = z == x ? a : z == y ? b : new float[most];
            float[] d = new float[most];
            for (int i = from; i < to; i += PIECE) {
                int n = Math.min(PIECE, to - i);
                x.get(i, a, 0, n);
                if (y != x) {
                    y.get(i, b, 0, n);
                }
                if (z != x && z != y) {
                    z.get(i, c, 0, n);
                }
                load(out, beta, i, d, n);
                op.run(a, b, c, d, n);
                out.put(i, d, 0, n);
            }
        });
    }

    /** What a gradient is added to: the n elements from {@code from} on, or zeros where beta is 0. */
    static void load(Buf gradient, float beta, int from, float[] into, int n) {
        if (beta != 0f) {
            gradient.get(from, into, 0, n);
        } else {
            java.util.Arrays.fill(into, 0, n, 0f);
        }
    }

    /** Whether every element is a finite number. */
    static boolean finite(Buf x) {
        float[] a = new float[Math.min(PIECE, x.length)];
        float bad = 0f;
        for (int i = 0; i < x.length; i += PIECE) {
            int n = Math.min(PIECE, x.length - i);
            x.get(i, a, 0, n);
            for (int j = 0; j < n; j++) {
                bad += a[j] * 0f;
            }
        }
        return bad == 0f;
    }

    /** The sum of squares, by blocks of fixed size, so that it doesn't depend on the number of threads. */
    static double sumOfSquares(Workers workers, Buf x) {
        int block = 1 << 16;
        double[] sums = new double[(x.length + block - 1) / block];
        workers.run(sums.length, part -> {
            float[] a = new float[PIECE];
            int end = Math.min(x.length, (part + 1) * block);
            for (int i = part * block; i < end; i += PIECE) {
                int n = Math.min(PIECE, end - i);
                x.get(i, a, 0, n);
                sums[part] += Rows.dot(a, a, n);
            }
        });
        double sum = 0;
        for (double s : sums) {
            sum += s;
        }
        return sum;
    }
}
