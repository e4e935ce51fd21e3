package org.peft4j.engine;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;

import org.bytedeco.openblas.global.openblas_nolapack;

/** Matrix products on native memory: one BLAS thread per call, the work split in Java. */
final class Blas {
    /** Below this many multiply-adds a product is not worth splitting. */
    private static final long SPLIT_FROM = 1L << 19;

    /** Up to this length of the shortest side oneDNN multiplies faster than BLAS, up to three times where it is a rank of 8. */
    private static final int NARROW = 64;

    private static final ThreadLocal<Operands> OPERANDS = ThreadLocal.withInitial(Operands::new);

    private final Workers workers;

    Blas(Workers workers) {
        this.workers = workers;
        // The library's own threads spin and fight with ours.
        org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads(1);
    }

    private static final class Operands {
        final OneDnn.At a = new OneDnn.At();
        final OneDnn.At b = new OneDnn.At();
        final OneDnn.At c = new OneDnn.At();

        Operands() {
            if (OneDnn.fastSingle()) {
                OneDnn.ownThreadOnly();
            }
        }
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

        private Mat rows(int from) {
            return new Mat(address + 4L * from * (transposed ? 1 : stride), stride, transposed);
        }

        Mat columns(int from) {
            return new Mat(address + 4L * from * (transposed ? stride : 1), stride, transposed);
        }
    }

    /** {@code c = alpha * a b + beta * c} with a [m, k], b [k, n], c [m, n], on all threads. */
    void gemm(int m, int n, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        if ((long) m * n * k < SPLIT_FROM || workers.threads() == 1) {
            single(m, n, k, alpha, a, b, beta, c);
        } else if (m >= n) {
            workers.split(m, 16, (from, to) -> single(to - from, n, k, alpha, a.rows(from), b, beta, c.rows(from)));
        } else {
            workers.split(
                    n, 16, (from, to) -> single(m, to - from, k, alpha, a, b.columns(from), beta, c.columns(from)));
        }
    }

    /** The same on the calling thread. */
    static void single(int m, int n, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        if (m == 0 || n == 0) {
            return;
        }
        Operands p = OPERANDS.get();
        p.a.to(a.address);
        p.b.to(b.address);
        p.c.to(c.address);
        if (OneDnn.fastSingle() && Math.min(m, Math.min(n, k)) <= NARROW) {
            OneDnn.sgemm(m, n, k, alpha, p.a, a.stride, a.transposed, p.b, b.stride, b.transposed, beta, p.c, c.stride);
        } else {
            openblas_nolapack.cblas_sgemm(
                    CblasRowMajor,
                    a.transposed ? CblasTrans : CblasNoTrans,
                    b.transposed ? CblasTrans : CblasNoTrans,
                    m,
                    n,
                    k,
                    alpha,
                    p.a,
                    a.stride,
                    p.b,
                    b.stride,
                    beta,
                    p.c,
                    c.stride);
        }
    }
}
