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
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.peft4j.engine.Blas.Mat;

/**
 * Products of attention's blocks with operands rounded to bfloat16 and sums in fp32, by kernels that are compiled for a shape. Keys and
 * values are rounded once a task, everything else once a block. Of one thread.
 */
final class HalfBlocks implements BlockProduct {
    private static final ThreadLocal<HalfBlocks> OF_THREAD = ThreadLocal.withInitial(HalfBlocks::new);

    /** Widths that get a kernel: blocks of full sequences have few. */
    private static final int STEP = 32;

    /** Kernels that are kept. */
    private static final int KEPT = 1024;

    private final engine cpu = new engine(engine.kind.cpu, 0);
    private final stream queue = new stream(cpu);
    private final OneDnn.At at = new OneDnn.At();
    private final RowConversion rounding = new RowConversion(cpu, queue);
    private final Map<Long, Rounded> ofTask = new HashMap<>();
    private final Map<Long, Rounded> ofBlock = new HashMap<>();
    private final Map<Form, Kernel> kernels = new Recent<>(KEPT);

    private BytePointer room = new BytePointer(1 << 16);
    private long used;
    private long usedByTask;

    private HalfBlocks() {
        OneDnn.ownThreadOnly();
    }

    static HalfBlocks ofThread() {
        return OF_THREAD.get();
    }

    /** Whether scores of this shape are worth it. */
    static boolean suits(ScoreRows.Shape shape) {
        return OneDnn.fastHalf() && shape.compiled() && shape.width() % STEP == 0 && shape.rows() % STEP == 0;
    }

    /** A matrix that was rounded: where to, and elements from one row to the next. */
    private record Rounded(long address, int stride) {}

    /** A product's shape: c [m, n] = alpha a b, or added to it; strides as they lie in memory. */
    private record Form(
            int m, int n, int k, float alpha, boolean ta, int lda, boolean tb, int ldb, boolean adding, int ldc) {}

    /**
     * Begins a task: rounds its keys and values.
     *
     * @param rows of both
     * @param blockNumbers how many numbers of a block will be rounded at most
     */
    void task(Mat keys, Mat values, int rows, int dim, long blockNumbers) {
        ofTask.clear();
        ofBlock.clear();
        used = 0;
        long needed = 2 * (2L * rows * dim + blockNumbers);
        if (room.capacity() < needed) {
            room.close();
            room = new BytePointer(needed);
        }
        ofTask.put(keys.address(), round(keys, rows, dim));
        ofTask.put(values.address(), round(values, rows, dim));
        usedByTask = used;
    }

    /** Begins a block: what the last one had is other numbers now. */
    void block() {
        ofBlock.clear();
        used = usedByTask;
    }

    private Rounded round(Mat x, int rows, int cols) {
        long to = room.address() + used;
        used += 2L * rows * cols;
        if (used > room.capacity()) {
            throw new IllegalStateException("more numbers of a block than were said");
        }
        rounding.convert(x.address(), rows, cols, x.stride(), to);
        return new Rounded(to, cols);
    }

    private Rounded rounded(Mat x, int rows, int cols) {
        Rounded found = ofTask.get(x.address());
        return found != null ? found : ofBlock.computeIfAbsent(x.address(), key -> round(x, rows, cols));
    }

    @Override
    public void multiply(int m, int n, int k, float alpha, Mat a, Mat b, float beta, Mat c) {
        Rounded x = a.transposed() ? rounded(a, k, m) : rounded(a, m, k);
        Rounded w = b.transposed() ? rounded(b, n, k) : rounded(b, k, n);
        Form form =
                new Form(m, n, k, alpha, a.transposed(), x.stride, b.transposed(), w.stride, beta != 0f, c.stride());
        kernels.computeIfAbsent(form, Kernel::new).run(x.address, w.address, c.address());
    }

    private final class Kernel {
        private final matmul product;
        private final memory first;
        private final memory second;
        private final memory result;
        private final Workspace needed;
        private final memory workspace;
        private final IntMemoryMap arguments = new IntMemoryMap();

        Kernel(Form f) {
            memory.desc a = matrix(f.m, f.k, f.ta, f.lda);
            memory.desc b = matrix(f.k, f.n, f.tb, f.ldb);
            memory.desc c = ProductKernel.matrix(memory.data_type.f32, f.m, f.n, f.ldc, 1);
            post_ops then = new post_ops();
            if (f.alpha != 1f) {
                then.append_eltwise(dnnl.algorithm.eltwise_linear, f.alpha, 0f);
            }
            if (f.adding) {
                then.append_sum();
            }
            primitive_attr how = Workspace.attributes();
            how.set_post_ops(then);
            matmul.primitive_desc description = new matmul.primitive_desc(cpu, a, b, c, how, false);
            product = new matmul(description);
            needed = new Workspace(description);
            first = ProductKernel.unplaced(a, cpu);
            second = ProductKernel.unplaced(b, cpu);
            result = ProductKernel.unplaced(c, cpu);
            arguments.put(dnnl.DNNL_ARG_SRC, first);
            arguments.put(dnnl.DNNL_ARG_WEIGHTS, second);
            arguments.put(dnnl.DNNL_ARG_DST, result);
            workspace = needed.among(arguments, cpu);
        }

        private static memory.desc matrix(int rows, int cols, boolean transposed, int stride) {
            return ProductKernel.matrix(
                    memory.data_type.bf16, rows, cols, transposed ? 1 : stride, transposed ? stride : 1);
        }

        void run(long a, long b, long c) {
            first.set_data_handle(at.to(a));
            second.set_data_handle(at.to(b));
            result.set_data_handle(at.to(c));
            needed.place(workspace);
            product.execute(queue, arguments);
            queue._wait();
        }
    }
}
