package org.peft4j.engine;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/** Matrix products on native memory: one BLAS thread per call, the work split in Java. */
final class Blas {
    /** Below this many multiply-adds a product is not worth splitting. */
    private static final long SPLIT_FROM = 1L << 19;

    /** Below this many a product of a single row is not worth splitting: it is bound by memory, not by arithmetic. */
    private static final long SPLIT_ROW_FROM = 1L << 15;

    /** Up to so many rows a product is cut into small ones. */
    private static final int FEW_ROWS = 16;
    /** Elements of a result, and multiply-adds, up to which the library takes a product for small. */
    private static final int SMALL_RESULT = 1200;

    private static final int SMALL_PRODUCT = 1_000_000;

    private static final ThreadLocal<Operands> OPERANDS = ThreadLocal.withInitial(Operands::new);

    private final Workers workers;

    Blas(Workers workers) {
        this.workers = workers;
        // The library's own threads spin and fight with ours.
        org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads(1);
    }

    /** A pointer whose address can be set, so that a call allocates nothing. */
    private static final class At extends FloatPointer {
        At() {
            super((Pointer) null);
        }

        At to(long target) {
            this.address = target;
            return this;
        }
    }

    private static final class Operands {
        final At a = new At();
        final At b = new At();
        final At c = new At();
    }

    /**
     * A matrix in memory, row-major.
     *
     * @param address of its first element
     * @param stride elements from one row to the next
     * @param transposed whether the product takes its transpose
     */
    record Mat(long address, int stride, boolean transposed) {
        static Mat of(Buf buf, int stride) {
            return new Mat(buf.address, stride, false);
        }

        static Mat of(Buf buf, long firstElement, int stride) {
            return new Mat(buf.address + 4 * firstElement, stride, false);
        }

        Mat t() {
            return new Mat(address, stride, !transposed);
        }

        Mat rows(int from) {
            return new Mat(address + 4L * from * (transposed ? 1 : stride), stride, transposed);
        }

        Mat columns(int from) {
            return new Mat(address + 4L * from * (transposed ? stride : 1), stride, transposed);
        }
    }

    /** {@code c = alpha * a b + beta * c} with a [m, k], b [k, n], c [m, n], on all threads. */
    void gemm(int m, int n, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        if (m == 1) {
            row(n, k, alpha, a, b, beta, c);
        } else if (m <= FEW_ROWS && b.transposed && !a.transposed && (long) n * k >= SPLIT_ROW_FROM) {
            workers.split(n, 16, (from, to) -> fewRows(m, from, to, k, alpha, a, b, beta, c));
        } else if ((long) m * n * k < SPLIT_FROM || workers.threads() == 1) {
            single(m, n, k, alpha, a, b, beta, c);
        } else if (m >= n) {
            workers.split(m, 16, (from, to) -> single(to - from, n, k, alpha, a.rows(from), b, beta, c.rows(from)));
        } else {
            workers.split(
                    n, 16, (from, to) -> single(m, to - from, k, alpha, a, b.columns(from), beta, c.columns(from)));
        }
    }

    /** Adds n numbers at x to those at y, on the calling thread. */
    static void add(int n, long x, long y) {
        Operands p = OPERANDS.get();
        openblas_nolapack.cblas_saxpy(n, 1f, p.a.to(x), 1, p.c.to(y), 1);
    }

    /** A product of one row on all threads: each reads its part of b once. */
    private void row(int n, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        if ((long) n * k < SPLIT_ROW_FROM) {
            vector(n, k, alpha, a, b, beta, c);
        } else {
            workers.split(n, 16, (from, to) -> vector(to - from, k, alpha, a, b.columns(from), beta, c.columns(from)));
        }
    }

    /** {@code c = alpha * a b + beta * c} with one row a [1, k] and c [1, n], on the calling thread. */
    static void vector(int n, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        Operands p = OPERANDS.get();
        openblas_nolapack.cblas_sgemv(
                CblasRowMajor,
                b.transposed ? CblasNoTrans : CblasTrans,
                b.transposed ? n : k,
                b.transposed ? k : n,
                alpha,
                p.b.to(b.address),
                b.stride,
                p.a.to(a.address),
                a.transposed ? a.stride : 1,
                beta,
                p.c.to(c.address),
                1);
    }

    /**
     * A product of a few rows with the rows {@code from} to {@code to} of a weight. The library has kernels that take small products as
     * they lie; larger ones it rearranges first, which costs more than the product itself where a weight meets only a few rows.
     */
    static void fewRows(int m, int from, int to, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        int most = Math.min(SMALL_RESULT / m, SMALL_PRODUCT / (m * k));
        int step = Math.max(16, most / 16 * 16);
        for (int i = from; i < to; i += step) {
            single(m, Math.min(step, to - i), k, alpha, a, b.columns(i), beta, c.columns(i));
        }
    }

    /** The same on the calling thread. */
    static void single(int m, int n, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        if (m == 0 || n == 0) {
            return;
        }
        Operands p = OPERANDS.get();
        openblas_nolapack.cblas_sgemm(
                CblasRowMajor,
                a.transposed ? CblasTrans : CblasNoTrans,
                b.transposed ? CblasTrans : CblasNoTrans,
                m,
                n,
                k,
                alpha,
                p.a.to(a.address),
                a.stride,
                p.b.to(b.address),
                b.stride,
                beta,
                p.c.to(c.address),
                c.stride);
    }
}
