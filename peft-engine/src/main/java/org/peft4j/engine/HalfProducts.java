package org.peft4j.engine;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Products of fp32 activations with bfloat16 weights, summed in fp32 (oneDNN). The activations are rounded to bfloat16 on the
 * way. Each thread has its own stream and its own compiled kernels; rows are split among threads in Java.
 *
 * <p>A kernel is compiled for a number of rows. Rows come in any number, so they are cut into pieces of powers of two: a
 * handful of kernels a weight's shape serves every batch.
 */
final class HalfProducts {
    /** The most rows of one call: their activations and the weight's tiles stay in the second-level cache. */
    private static final int MOST_ROWS = 256;

    private static final ThreadLocal<Lane> LANES = ThreadLocal.withInitial(Lane::new);

    private final Workers workers;

    HalfProducts(Workers workers) {
        this.workers = workers;
    }

    /** Whether this machine multiplies bfloat16 in hardware, so that it is faster than fp32. */
    static boolean fast() {
        return Support.FAST;
    }

    /** Whether the library is there at all. */
    static boolean available() {
        return Support.AVAILABLE;
    }

    /** Found out once, when first asked. */
    private static final class Support {
        static final boolean AVAILABLE;
        static final boolean FAST;

        static {
            boolean there;
            boolean quick = false;
            try {
                int isa = dnnl.dnnl_get_effective_cpu_isa();
                there = true;
                quick = (isa & dnnl.dnnl_cpu_isa_avx512_core_bf16) == dnnl.dnnl_cpu_isa_avx512_core_bf16;
            } catch (LinkageError e) {
                there = false; // no native library for this platform: fp32 serves everywhere
            }
            AVAILABLE = there;
            FAST = quick;
        }
    }

    /**
     * A weight in bfloat16.
     *
     * @param address of its first element
     * @param rows of the weight as it lies in memory, [rows, cols] row-major
     * @param transposed whether the product takes its transpose
     */
    record Half(long address, int rows, int cols, boolean transposed) {}

    /**
     * {@code y = x w + beta y} with x [m, k] and y [m, n] in fp32, on all threads.
     *
     * @param beta 0 or 1
     */
    void gemm(int m, long x, int ldx, Half w, float beta, long y, int ldy) {
        workers.split(m, 16, (from, to) -> {
            Lane lane = LANES.get();
            for (int at = from; at < to; ) {
                int rows = Math.min(MOST_ROWS, Integer.highestOneBit(to - at));
                lane.run(rows, x + 4L * at * ldx, ldx, w, beta, y + 4L * at * ldy, ldy);
                at += rows;
            }
        });
    }

    /** What a kernel was compiled for. */
    private record Form(int m, int ldx, int rows, int cols, boolean transposed, boolean adding, int ldy) {}

    /** One thread's library state. */
    private static final class Lane {
        private final engine cpu = new engine(engine.kind.cpu, 0);
        private final stream stream = new stream(cpu);
        private final Map<Form, Kernel> kernels = new HashMap<>();
        private BytePointer rounded = new BytePointer(1 << 20);

        Lane() {
            // The threads are ours; the library's own would compete with them.
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        }

        void run(int m, long x, int ldx, Half w, float beta, long y, int ldy) {
            Form form = new Form(m, ldx, w.rows, w.cols, w.transposed, beta != 0f, ldy);
            Kernel kernel = kernels.computeIfAbsent(form, f -> new Kernel(f, cpu));
            long needed = 2L * m * kernel.inner;
            if (rounded.capacity() < needed) {
                rounded.close();
                rounded = new BytePointer(needed);
            }
            kernel.run(stream, x, rounded, w.address, y);
        }
    }

    /** A pointer whose address can be set, so that a call allocates nothing. */
    private static final class At extends Pointer {
        At() {
            super((Pointer) null);
        }

        At to(long target) {
            this.address = target;
            return this;
        }
    }

    /** Rounding and product of one form, ready to run. */
    private static final class Kernel {
        final int inner;
        private final reorder round;
        private final matmul product;
        private final memory input;
        private final memory rounded;
        private final memory weight;
        private final memory output;
        private final IntMemoryMap arguments = new IntMemoryMap();
        private final IntMemoryMap rounding = new IntMemoryMap();
        private final At at = new At();

        Kernel(Form f, engine cpu) {
            inner = f.transposed ? f.cols : f.rows;
            int outer = f.transposed ? f.rows : f.cols;
            long[] weightStrides = f.transposed ? new long[] {1, f.cols} : new long[] {f.cols, 1};
            memory.desc x = matrix(memory.data_type.f32, f.m, inner, f.ldx, 1);
            memory.desc h = matrix(memory.data_type.bf16, f.m, inner, inner, 1);
            memory.desc w = matrix(memory.data_type.bf16, inner, outer, weightStrides[0], weightStrides[1]);
            memory.desc y = matrix(memory.data_type.f32, f.m, outer, f.ldy, 1);
            primitive_attr how = new primitive_attr();
            if (f.adding) {
                post_ops add = new post_ops();
                add.append_sum();
                how.set_post_ops(add);
            }
            product = new matmul(new matmul.primitive_desc(cpu, h, w, y, how, false));
            round = new reorder(new reorder.primitive_desc(cpu, x, cpu, h));
            input = unplaced(x, cpu);
            rounded = unplaced(h, cpu);
            weight = unplaced(w, cpu);
            output = unplaced(y, cpu);
            rounding.put(dnnl.DNNL_ARG_FROM, input);
            rounding.put(dnnl.DNNL_ARG_TO, rounded);
            arguments.put(dnnl.DNNL_ARG_SRC, rounded);
            arguments.put(dnnl.DNNL_ARG_WEIGHTS, weight);
            arguments.put(dnnl.DNNL_ARG_DST, output);
        }

        private static memory.desc matrix(memory.data_type type, long rows, long cols, long down, long right) {
            return new memory.desc(new long[] {rows, cols}, type, new long[] {down, right});
        }

        private static memory unplaced(memory.desc desc, engine cpu) {
            return new memory(desc, cpu, (Pointer) null);
        }

        void run(stream stream, long x, Pointer scratch, long w, long y) {
            input.set_data_handle(at.to(x));
            rounded.set_data_handle(scratch);
            weight.set_data_handle(at.to(w));
            output.set_data_handle(at.to(y));
            round.execute(stream, rounding);
            product.execute(stream, arguments);
            stream._wait();
        }
    }
}
