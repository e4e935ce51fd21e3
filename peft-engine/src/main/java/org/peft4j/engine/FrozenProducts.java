package org.peft4j.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.peft4j.engine.Blas.Mat;
import org.peft4j.engine.ProductKernel.Factors;
import org.peft4j.engine.ProductKernel.Form;

/**
 * Products of fp32 activations with frozen weights, by oneDNN, summed in fp32. For weights that are multiplied in bfloat16 the activations
 * are rounded to bfloat16 on the way. Each thread has its own stream and its own compiled kernels; rows are split among threads in Java.
 *
 * <p>A bfloat16 kernel takes any number of rows; an fp32 kernel is compiled for {@link #PIECE} of them, and BLAS multiplies what
 * remains, or smaller kernels where the weight is in bfloat16. How a product is cut depends on its shape alone, so equal shapes give equal bits.
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

    /** Of fewer rows than this that remain of a product, some may as well be made twice. */
    private static final int MANY_LEFT = 64;

    /** Sums longer than this are better cut by BLAS. */
    private static final int LONG_SUM = 1 << 14;

    private static final ThreadLocal<Lane> LANES = ThreadLocal.withInitial(Lane::new);

    private final Workers workers;
    private final AtomicLong peaks = new AtomicLong();

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
     * @param factors the type of its elements, and what they are multiplied with
     */
    record Weight(long address, int rows, int cols, int stride, boolean transposed, Factors factors) {
        Weight(long address, int rows, int cols, boolean transposed, Factors factors) {
            this(address, rows, cols, cols, transposed, factors);
        }

        /** The part that makes {@code count} of the outputs from {@code first} on. */
        Weight outputs(int first, int count) {
            long size = factors.weightBytes();
            return transposed
                    ? new Weight(address + size * first * stride, count, cols, stride, true, factors)
                    : new Weight(address + size * first, rows, count, stride, false, factors);
        }

        /** Length of the sums. */
        int inner() {
            return transposed ? cols : rows;
        }

        /** Width of the result. */
        int outer() {
            return transposed ? rows : cols;
        }

        /** Whether a compiled kernel was measured to be as fast as BLAS (and a weight's decoding for it) or faster. */
        boolean suits() {
            boolean shape = transposed || factors == Factors.WIDENED || inner() >= outer() && inner() <= LONG_SUM;
            return (long) rows * cols >= SMALL && shape;
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
        if (w.factors != Factors.HALF && splitsColumns(m, w)) {
            columns(w, (part, first) -> single(m, x, part, beta, y.columns(first)));
            return;
        }
        workers.split(m, 16, (from, to) -> {
            if (w.factors == Factors.HALF) {
                half(to - from, x.rows(from), w, beta, y.rows(from));
            } else {
                single(to - from, x.rows(from), w, beta, y.rows(from));
            }
        });
    }

    /** Whether each thread had better pack its own columns of the weight once, instead of each all of it. */
    private boolean splitsColumns(int m, Weight w) {
        return m < FEW_ROWS * workers.threads() && w.outer() >= MANY_COLUMNS;
    }

    /** Some columns of a product. */
    private interface Columns {
        /** Multiplies with the part of the weight that makes columns from {@code first} on. */
        void run(Weight part, int first);
    }

    private void columns(Weight w, Columns body) {
        int pieces = w.outer() / COLUMNS;
        workers.split(pieces, 1, (from, to) -> {
            int first = from * COLUMNS;
            int end = to == pieces ? w.outer() : to * COLUMNS;
            body.run(w.outputs(first, end - first), first);
        });
    }

    /**
     * Says that a run is about to hold the most memory it will. What compilers, of kernels and Java's, left behind in the system's
     * allocator goes back first: most of it comes early, so the first run does it, the second, the fourth, and so on.
     */
    void beforeMostMemory() {
        if (Long.bitCount(peaks.incrementAndGet()) == 1) {
            Pointer.trimMemory();
        }
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
        if (splitsColumns(m, w)) {
            columns(w, (part, first) -> rounded(m, x, part, y.columns(first)));
        } else {
            workers.split(m, 16, (from, to) -> rounded(to - from, x.rows(from), w, y.rows(from)));
        }
    }

    /** The same on the calling thread. */
    static void rounded(int m, Rounded x, Weight w, Result y) {
        Form form =
                new Form(0, x.stride, w.rows, w.cols, w.stride, w.transposed, y.adding, y.stride, w.factors, y.half);
        LANES.get().run(form, m, x.address, w.address, y.address);
    }

    private static void half(int m, Mat x, Weight w, float beta, Mat y) {
        Lane lane = LANES.get();
        int k = w.inner();
        int most = Math.max(LEAST_ROWS, MOST_ROUNDED / k);
        Form form = new Form(0, k, w.rows, w.cols, w.stride, w.transposed, beta != 0f, y.stride(), w.factors, false);
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
            piece(PIECE, x.rows(at), w, beta, y.rows(at));
        }
        if (at < m && w.factors == Factors.SINGLE) {
            Mat plain = new Mat(w.address, w.stride, w.transposed);
            Blas.single(m - at, w.outer(), w.inner(), 1f, x.rows(at), plain, beta, y.rows(at));
            return;
        }
        while (at < m) {
            int rows = remaining(m - at, m, beta != 0f);
            int from = Math.min(at, m - rows);
            piece(rows, x.rows(from), w, beta, y.rows(from));
            at = from + rows;
        }
    }

    /**
     * Rows of the next kernel for a widened weight, which BLAS doesn't know, of {@code left} rows that remain of m: powers of two, as every
     * compiled kernel takes a megabyte. Where results aren't added to, it may begin with rows that are there already.
     */
    private static int remaining(int left, int m, boolean adding) {
        int down = Integer.highestOneBit(left);
        int up = down == left ? left : 2 * down;
        return adding || up > m || left >= MANY_LEFT && up - left > left / 4 ? down : up;
    }

    private static void piece(int m, Mat x, Weight w, float beta, Mat y) {
        Form form = new Form(
                m, x.stride(), w.rows, w.cols, w.stride, w.transposed, beta != 0f, y.stride(), w.factors, false);
        LANES.get().run(form, m, x.address(), w.address, y.address());
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
