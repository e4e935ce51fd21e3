package org.peft4j.engine;

import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;

/**
 * Softmax of rows in native memory and its gradient, by oneDNN: a quarter of a nanosecond an element. Kernels are compiled for powers of
 * two of rows, so that a handful for each width serves every batch. Of one thread.
 */
final class SoftmaxKernels {
    private static final ThreadLocal<SoftmaxKernels> OF_THREAD = ThreadLocal.withInitial(SoftmaxKernels::new);

    /** Kernels that are kept: batches of many lengths have many widths. */
    private static final int KEPT = 512;

    private static final int MOST_ROWS = 128;

    private final engine cpu = new engine(engine.kind.cpu, 0);
    private final stream queue = new stream(cpu);
    private final OneDnn.At at = new OneDnn.At();
    private final Map<Long, Kernel> kernels = new Recent<>(KEPT);

    private SoftmaxKernels() {
        OneDnn.ownThreadOnly();
    }

    static SoftmaxKernels ofThread() {
        return OF_THREAD.get();
    }

    /** Replaces rows of scores [n, width] by their softmax. */
    void forward(Buf scores, int n, int width) {
        for (int row = 0; row < n; row += piece(n - row)) {
            kernel(piece(n - row), width).forward(scores.address + 4L * row * width);
        }
    }

    /** Replaces gradients of probabilities [n, width] by those of the scores. */
    void backward(Buf probabilities, Buf gradients, int n, int width) {
        for (int row = 0; row < n; row += piece(n - row)) {
            long at = 4L * row * width;
            kernel(piece(n - row), width).backward(probabilities.address + at, gradients.address + at);
        }
    }

    private static int piece(int rows) {
        return Math.min(MOST_ROWS, Integer.highestOneBit(rows));
    }

    private Kernel kernel(int n, int width) {
        return kernels.computeIfAbsent((long) n << 32 | width, key -> new Kernel(n, width));
    }

    /** Softmax of one shape. */
    private final class Kernel {
        private final softmax_forward forward;
        private final softmax_backward backward;
        private final memory values;
        private final memory slopes;
        private final IntMemoryMap forwardArguments = new IntMemoryMap();
        private final IntMemoryMap backwardArguments = new IntMemoryMap();

        Kernel(int n, int width) {
            memory.desc rows = ProductKernel.matrix(memory.data_type.f32, n, width, width, 1);
            softmax_forward.primitive_desc how = new softmax_forward.primitive_desc(
                    cpu, dnnl.prop_kind.forward_training, dnnl.algorithm.softmax_accurate, rows, rows, 1);
            forward = new softmax_forward(how);
            backward = new softmax_backward(new softmax_backward.primitive_desc(
                    cpu, dnnl.algorithm.softmax_accurate, rows, rows, rows, 1, how));
            values = ProductKernel.unplaced(rows, cpu);
            slopes = ProductKernel.unplaced(rows, cpu);
            forwardArguments.put(dnnl.DNNL_ARG_SRC, values);
            forwardArguments.put(dnnl.DNNL_ARG_DST, values);
            backwardArguments.put(dnnl.DNNL_ARG_DST, values);
            backwardArguments.put(dnnl.DNNL_ARG_DIFF_DST, slopes);
            backwardArguments.put(dnnl.DNNL_ARG_DIFF_SRC, slopes);
        }

        void forward(long scores) {
            values.set_data_handle(at.to(scores));
            forward.execute(queue, forwardArguments);
            queue._wait();
        }

        void backward(long probabilities, long gradients) {
            values.set_data_handle(at.to(probabilities));
            slopes.set_data_handle(at.to(gradients));
            backward.execute(queue, backwardArguments);
            queue._wait();
        }
    }
}
