package org.peft4j.engine;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.peft4j.engine.Blas.Mat;
import org.peft4j.engine.ProductKernel.Form;

/**
 * Products of fp32 activations with frozen weights, by oneDNN, summed in fp32. For bfloat16 weights the activations are rounded to
 * bfloat16 on the way. Each thread has its own stream and its own compiled kernels; rows are split among threads in Java.
 *
 * <p>A bfloat16 kernel takes any number of rows; an fp32 kernel is compiled for {@link #PIECE} of them, and BLAS multiplies what
 * remains. How a product is cut depends on its shape alone, so equal shapes give equal bits.
 */
final class FrozenProducts {
    /** Rows of a kernel that is compiled for a number of rows. */
    private static final int PIECE = 256;

    /** The most bfloat16 activations a thread holds at once, in numbers: pieces of them stay in the second-level cache. */
    private static final int MOST_ROUNDED = 1 << 19;

    /** ... but not fewer rows than this, where a weight's tiles would be packed again too often. */
    private static final int LEAST_ROWS = 128;

    /** Weights of fewer elements than this: a compiled fp32 kernel's call costs more than it saves. */
    private static final int SMALL = 1 << 15;

    /** Sums longer than this are better cut by BLAS. */
    private static final int LONG_SUM = 1 << 14;

    private static final ThreadLocal<Lane> LANES = ThreadLocal.withInitial(Lane::new);

    private final Workers workers;

    FrozenProducts(Workers workers) {
        this.workers = workers;
    }

    /**
     * A frozen weight.
     *
     * @param address of its first element
     * @param rows of the weight as it lies in memory, [rows, cols] row-major
     * @param transposed whether the product takes its transpose
     * @param half whether its elements are bfloat16; else they are fp32
     */
    record Weight(long address, int rows, int cols, boolean transposed, boolean half) {
        /** Length of the sums. */
        int inner() {
            return transposed ? cols : rows;
        }

        /** Width of the result. */
        int outer() {
            return transposed ? rows : cols;
        }

        /** Whether a compiled fp32 kernel was measured to be as fast as BLAS or faster. */
        boolean suits() {
            return (long) rows * cols >= SMALL && (transposed || inner() >= outer() && inner() <= LONG_SUM);
        }
    }

    /**
     * {@code y = x w + beta y} with x [m, k] and y [m, n] in fp32, on all threads.
     *
     * @param beta 0 or 1
     */
    void gemm(int m, Mat x, Weight w, float beta, Mat y) {
        workers.split(m, 16, (from, to) -> {
            if (w.half) {
                half(to - from, x.rows(from), w, beta, y.rows(from));
            } else {
                single(to - from, x.rows(from), w, beta, y.rows(from));
            }
        });
    }

    private static void half(int m, Mat x, Weight w, float beta, Mat y) {
        int most = Math.max(LEAST_ROWS, MOST_ROUNDED / w.inner());
        Form form = new Form(0, x.stride(), w.rows, w.cols, w.transposed, beta != 0f, y.stride(), true);
        for (int at = 0; at < m; at += most) {
            int rows = Math.min(most, m - at);
            LANES.get()
                    .run(form, rows, x.rows(at).address(), w.address, y.rows(at).address());
        }
    }

    private static void single(int m, Mat x, Weight w, float beta, Mat y) {
        int at = 0;
        for (; at + PIECE <= m; at += PIECE) {
            Form form = new Form(PIECE, x.stride(), w.rows, w.cols, w.transposed, beta != 0f, y.stride(), false);
            LANES.get()
                    .run(
                            form,
                            PIECE,
                            x.rows(at).address(),
                            w.address,
                            y.rows(at).address());
        }
        if (at < m) {
            Mat plain = new Mat(w.address, w.cols, w.transposed);
            Blas.single(m - at, w.outer(), w.inner(), 1f, x.rows(at), plain, beta, y.rows(at));
        }
    }

    /** One thread's library state. */
    private static final class Lane {
        private final engine cpu = new engine(engine.kind.cpu, 0);
        private final stream stream = new stream(cpu);
        private final Map<Form, ProductKernel> kernels = new HashMap<>();
        private final Rounding rounding = new Rounding(cpu, stream);

        Lane() {
            OneDnn.ownThreadOnly();
        }

        void run(Form form, int m, long x, long w, long y) {
            ProductKernel kernel = kernels.computeIfAbsent(form, f -> new ProductKernel(f, cpu));
            if (form.half()) {
                BytePointer rounded = rounding.round(x, m, kernel.inner(), form.ldx());
                kernel.run(stream, m, rounded.address(), w, y);
            } else {
                kernel.run(stream, m, x, w, y);
            }
        }
    }
}
