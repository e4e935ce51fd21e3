package org.peft4j.engine;

import org.peft4j.engine.Blas.Mat;

/** Matrix products of tensors. */
final class Products {
    private Products() {}

    static Mat mat(Tensor t) {
        return Mat.of(t.value(), t.cols);
    }

    static Mat gradient(Tensor t) {
        return Mat.of(t.gradient.buf, t.cols);
    }

    /** {@code a b}, or {@code a b^T} where {@code transposed}. */
    static Tensor matmul(Tape tape, Tensor a, Tensor b, boolean transposed) {
        int k = a.cols;
        int n = transposed ? b.rows : b.cols;
        if (k != (transposed ? b.cols : b.rows)) {
            throw new IllegalArgumentException(
                    "no matrix product of " + a + " and " + b + (transposed ? " transposed" : ""));
        }
        Blas blas = tape.blas();
        Tensor y = tape.fresh(a.needsGradient || b.needsGradient, a.rows, n);
        blas.gemm(a.rows, n, k, 1f, mat(a), transposed ? mat(b).t() : mat(b), 0f, mat(y));
        Runnable backward = () -> {
            if (a.needsGradient) {
                float beta = tape.openGradient(a);
                blas.gemm(a.rows, k, n, 1f, gradient(y), transposed ? mat(b) : mat(b).t(), beta, gradient(a));
            }
            if (b.needsGradient) {
                float beta = tape.openGradient(b);
                if (transposed) {
                    blas.gemm(n, k, a.rows, 1f, gradient(y).t(), mat(a), beta, gradient(b));
                } else {
                    blas.gemm(k, n, a.rows, 1f, mat(a).t(), gradient(y), beta, gradient(b));
                }
            }
        };
        tape.record(y, backward, savedFor(a, b));
        return y;
    }

    /** Of two factors, those that the gradient of the other one needs. */
    private static Tensor[] savedFor(Tensor a, Tensor b) {
        if (a.needsGradient && b.needsGradient) {
            return new Tensor[] {a, b};
        }
        return a.needsGradient ? new Tensor[] {b} : new Tensor[] {a};
    }

    /** {@code y + factor (x a^T) b^T} in y's memory. */
    static Tensor addLowRank(Tape tape, Tensor y, Tensor x, Tensor a, Tensor b, float factor) {
        int tokens = x.rows;
        int rank = a.rows;
        if (a.cols != x.cols || b.cols != rank || b.rows != y.cols || y.rows != tokens) {
            throw new IllegalArgumentException("no low-rank update of " + y + " by x " + x + ", a " + a + ", b " + b);
        }
        boolean needed = y.needsGradient || x.needsGradient || a.needsGradient || b.needsGradient;
        Blas blas = tape.blas();
        Tensor inner = tape.fresh(needed, tokens, rank);
        blas.gemm(tokens, rank, x.cols, 1f, mat(x), mat(a).t(), 0f, mat(inner));
        Tensor sum = y.changed(
                tape, needed, x, t -> blas.gemm(tokens, b.rows, rank, factor, mat(inner), mat(b).t(), 1f, mat(t)));
        sum.coarse = y.coarse;
        tape.record(sum, () -> lowRankGradient(tape, sum, y, x, a, b, inner, factor), x, a, b, inner);
        return sum;
    }

    private static void lowRankGradient(
            Tape tape, Tensor sum, Tensor y, Tensor x, Tensor a, Tensor b, Tensor inner, float factor) {
        Blas blas = tape.blas();
        int tokens = x.rows;
        int rank = a.rows;
        if (b.needsGradient) {
            float beta = tape.openGradient(b);
            blas.gemm(b.rows, rank, tokens, factor, gradient(sum).t(), mat(inner), beta, gradient(b));
        }
        if (a.needsGradient || x.needsGradient) {
            Buf innerGradient = tape.take((long) tokens * rank);
            Mat g = Mat.of(innerGradient, rank);
            blas.gemm(tokens, rank, b.rows, factor, gradient(sum), mat(b), 0f, g);
            if (a.needsGradient) {
                float beta = tape.openGradient(a);
                blas.gemm(rank, x.cols, tokens, 1f, g.t(), mat(x), beta, gradient(a));
            }
            if (x.needsGradient) {
                float beta = tape.openGradient(x);
                blas.gemm(tokens, x.cols, rank, 1f, g, mat(a), beta, gradient(x));
            }
            tape.giveBack(innerGradient);
        }
        tape.passGradient(sum, y);
    }
}
