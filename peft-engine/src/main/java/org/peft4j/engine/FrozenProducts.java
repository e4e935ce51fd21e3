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

    /** Rows a thread needs for a weight's packing to cost little beside its product. */
    private static final int FEW_ROWS = 192;

    /** Outputs from which on they are worth splitting among threads, and in what steps. */
    private static final int MANY_COLUMNS = 512;

    private static final int COLUMNS = 32;

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
     * @param stride elements from one row to the next
     * @param transposed whether the product takes its transpose
     * @param half whether its elements are bfloat16; else they are fp32
     */
    record Weight(long address, int rows, int cols, int stride, boolean transposed, boolean half) {
        Weight(long address, int rows, int cols, boolean transposed, boolean half) {
            this(address, rows, cols, cols, transposed, half);
        }

        /** The part that makes {@code count} of the outputs from {@code first} on. */
        Weight outputs(int first, int count) {
            long size = half ? 2 : 4;
            return transposed
                    ? new Weight(address + size * first * stride, count, cols, stride, true, half)
                    : new Weight(address + size * first, rows, count, stride, false, half);
        }

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
     * Activations in bfloat16.
     *
     * @param address of the first row
     * @param stride numbers from one row to the next
     */
    record Rounded(long address, int stride) {
        static Rounded of(Buf half, int stride) {
            return new Rounded(half.address, stride);
        }

        Rounded columns(int from) {
            return new Rounded(address + 2L * from, stride);
        }

        Rounded rows(int from) {
            return new Rounded(address + 2L * from * stride, stride);
        }
    }

    /**
     * Where a product goes.
     *
     * @param address of the first row
     * @param stride numbers from one row to the next
     * @param half whether it is rounded to bfloat16; else it is fp32
     * @param adding whether it is added to what is there
     */
    record Result(long address, int stride, boolean half, boolean adding) {
        static Result of(Mat y, float beta) {
            return new Result(y.address(), y.stride(), false, beta != 0f);
        }

        static Result of(Rounded y) {
            return new Result(y.address, y.stride, true, false);
        }

        Result columns(int from) {
            return new Result(address + (half ? 2L : 4L) * from, stride, half, adding);
        }

        Result rows(int from) {
            return new Result(address + (half ? 2L : 4L) * from * stride, stride, half, adding);
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

    /** How many fp32 numbers take the room of so many bfloat16 numbers. */
    static long halfLength(int rows, int cols) {
        return ((long) rows * cols + 1) / 2;
    }

    /** Rounds x [m, k] to bfloat16, dense at an address, on all threads. */
    void round(int m, Mat x, int k, long to) {
        workers.split(m, 16, (from, end) -> roundHere(end - from, x.rows(from), k, to + 2L * from * k));
    }

    /** The same on the calling thread. */
    static void roundHere(int m, Mat x, int k, long to) {
        LANES.get().rounding.convert(x.address(), m, k, x.stride(), to);
    }

    /** As {@link #gemm} with a bfloat16 weight, of activations that are rounded already. */
    void gemm(int m, Rounded x, Weight w, Result y) {
        if (m < FEW_ROWS * workers.threads() && w.outer() >= MANY_COLUMNS) {
            // Each thread packs its own columns of the weight once, instead of each all of it.
            workers.split(w.outer() / COLUMNS, 1, (from, to) -> {
                int first = from * COLUMNS;
                int end = to == w.outer() / COLUMNS ? w.outer() : to * COLUMNS;
                rounded(m, x, w.outputs(first, end - first), y.columns(first));
            });
        } else {
            workers.split(m, 16, (from, to) -> rounded(to - from, x.rows(from), w, y.rows(from)));
        }
    }

    /** The same on the calling thread. */
    static void rounded(int m, Rounded x, Weight w, Result y) {
        Form form = new Form(0, x.stride, w.rows, w.cols, w.stride, w.transposed, y.adding, y.stride, true, y.half);
        LANES.get().run(form, m, x.address, w.address, y.address);
    }

    private static void half(int m, Mat x, Weight w, float beta, Mat y) {
        Lane lane = LANES.get();
        int k = w.inner();
        int most = Math.max(LEAST_ROWS, MOST_ROUNDED / k);
        Form form = new Form(0, k, w.rows, w.cols, w.stride, w.transposed, beta != 0f, y.stride(), true, false);
        for (int at = 0; at < m; at += most) {
            int rows = Math.min(most, m - at);
            long rounded = lane.rounded(rows, k);
            lane.rounding.convert(x.rows(at).address(), rows, k, x.stride(), rounded);
            lane.run(form, rows, rounded, w.address, y.rows(at).address());
        }
    }

    private static void single(int m, Mat x, Weight w, float beta, Mat y) {
        int at = 0;
        for (; at + PIECE <= m; at += PIECE) {
            Form form = new Form(
                    PIECE, x.stride(), w.rows, w.cols, w.stride, w.transposed, beta != 0f, y.stride(), false, false);
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
        private final stream queue = new stream(cpu);
        private final Map<Form, ProductKernel> kernels = new HashMap<>();
        private final RowConversion rounding = new RowConversion(cpu, queue);
        private BytePointer rounded = new BytePointer(1 << 20);

        Lane() {
            OneDnn.ownThreadOnly();
        }

        /** Room for this many bfloat16 numbers, until the next call. */
        long rounded(int rows, int cols) {
            long needed = 2L * rows * cols;
            if (rounded.capacity() < needed) {
                rounded.close();
                rounded = new BytePointer(needed);
            }
            return rounded.address();
        }

        void run(Form form, int m, long x, long w, long y) {
            kernels.computeIfAbsent(form, f -> new ProductKernel(f, cpu)).run(queue, m, x, w, y);
        }
    }
}
