package org.peft4j.engine;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;

/**
 * Rounds rows of fp32 numbers to bfloat16. A kernel is compiled for a number of rows; rows come in any number, so they are cut into
 * pieces of powers of two: a handful of kernels a width serves every batch. Of one thread.
 */
final class Rounding {
    private static final int MOST_ROWS = 256;

    private final engine cpu;
    private final stream queue;
    private final Map<Form, Kernel> kernels = new HashMap<>();
    private final OneDnn.At at = new OneDnn.At();

    private record Form(int rows, int cols, int stride) {}

    Rounding(engine cpu, stream queue) {
        this.cpu = cpu;
        this.queue = queue;
    }

    /** Writes the rows at x, {@code stride} numbers apart, dense in bfloat16 to y. */
    void round(long x, int rows, int cols, int stride, long y) {
        for (int r = 0; r < rows; ) {
            int n = Math.min(MOST_ROWS, Integer.highestOneBit(rows - r));
            kernels.computeIfAbsent(new Form(n, cols, stride), f -> new Kernel(f, cpu))
                    .run(x + 4L * r * stride, y + 2L * r * cols);
            r += n;
        }
    }

    private final class Kernel {
        private final reorder round;
        private final memory input;
        private final memory output;
        private final IntMemoryMap arguments = new IntMemoryMap();

        Kernel(Form f, engine cpu) {
            memory.desc from = ProductKernel.matrix(memory.data_type.f32, f.rows, f.cols, f.stride, 1);
            memory.desc to = ProductKernel.matrix(memory.data_type.bf16, f.rows, f.cols, f.cols, 1);
            round = new reorder(new reorder.primitive_desc(cpu, from, cpu, to));
            input = ProductKernel.unplaced(from, cpu);
            output = ProductKernel.unplaced(to, cpu);
            arguments.put(dnnl.DNNL_ARG_FROM, input);
            arguments.put(dnnl.DNNL_ARG_TO, output);
        }

        void run(long x, long y) {
            input.set_data_handle(at.to(x));
            output.set_data_handle(at.to(y));
            round.execute(queue, arguments);
            queue._wait();
        }
    }
}
