package org.peft4j.engine;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.peft4j.engine.ProductKernel.Form;

/**
 * Products of fp32 activations with frozen weights, by oneDNN, summed in fp32. For bfloat16 weights the activations are rounded to
 * bfloat16 on the way. Each thread has its own stream and its own compiled kernels; rows are split among threads in Java.
 *
 * <p>A bfloat16 kernel takes any number of rows. In fp32 a product with a transposed weight is a few percent faster by a kernel that
 * is compiled for a number of rows: pieces of {@link #PIECE} rows go that way, the rest by a kernel for any number. How a product is
 * cut depends on its shape alone, so equal shapes give equal bits.
 */
final class FrozenProducts {
    /** Rows of a kernel that is compiled for a number of rows. */
    private static final int PIECE = 256;

    /** The most bfloat16 activations a thread holds at once, in numbers: pieces of them stay in the second-level cache. */
    private static final int MOST_ROUNDED = 1 << 19;

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
    }

    /**
     * {@code y = x w + beta y} with x [m, k] and y [m, n] in fp32, on all threads.
     *
     * @param beta 0 or 1
     */
    void gemm(int m, long x, int ldx, Weight w, float beta, long y, int ldy) {
        workers.split(m, 16, (from, to) -> {
            Lane lane = LANES.get();
            int most = w.half ? Math.max(16, MOST_ROUNDED / w.inner()) : Integer.MAX_VALUE;
            for (int at = from; at < to; ) {
                int rows = Math.min(most, to - at);
                boolean fixed = !w.half && w.transposed && rows >= PIECE;
                if (fixed) {
                    rows = PIECE;
                }
                Form form = new Form(fixed ? rows : 0, ldx, w.rows, w.cols, w.transposed, beta != 0f, ldy, w.half);
                lane.run(form, rows, x + 4L * at * ldx, w.address, y + 4L * at * ldy);
                at += rows;
            }
        });
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
