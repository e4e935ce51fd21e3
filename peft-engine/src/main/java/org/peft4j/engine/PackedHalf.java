package org.peft4j.engine;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A bfloat16 weight in the order in which the library reads it: a product of one row then runs as fast as memory brings the weight,
 * where the plain order costs a copy a call. It is cut by rows into panels, one for each thread.
 */
final class PackedHalf {
    /** The most rows of activations a product takes here. */
    static final int MOST_ROWS = 32;

    /** Bytes of a panel above which another one costs nothing. */
    private static final long LARGE_PANEL = 1 << 20;

    private static final ThreadLocal<Lane> LANES = ThreadLocal.withInitial(Lane::new);

    private final int cols;
    private final Panel[] panels;

    /**
     * Some rows of the weight.
     *
     * @param from the first row
     * @param rows how many
     */
    private record Panel(int from, int rows, BytePointer memory) {}

    private PackedHalf(int cols, Panel[] panels) {
        this.cols = cols;
        this.panels = panels;
    }

    /** Packs a weight [rows, cols] that lies at an address row by row. */
    static PackedHalf of(Workers workers, long address, int rows, int cols) {
        // A large weight in more panels than threads: who is done early takes another one.
        long each = Math.max(1, Math.min(4, 2L * rows * cols / workers.threads() / LARGE_PANEL));
        int count = (int) Math.max(1, Math.min(workers.threads() * each, rows / 16));
        Panel[] panels = new Panel[count];
        workers.run(count, i -> {
            // Multiples of 16 rows: the library pads others.
            int from = (int) ((long) rows * i / count) / 16 * 16;
            int to = i + 1 == count ? rows : (int) ((long) rows * (i + 1) / count) / 16 * 16;
            BytePointer packed = LANES.get().pack(address + 2L * from * cols, to - from, cols);
            panels[i] = new Panel(from, to - from, packed);
        });
        return new PackedHalf(cols, panels);
    }

    /** Bytes of memory it takes. */
    long bytes() {
        long sum = 0;
        for (Panel p : panels) {
            sum += p.memory.capacity();
        }
        return sum;
    }

    /** {@code y = x w^T} with x [m, cols] and y [m, rows] in fp32. */
    void forward(Workers workers, int m, long x, int ldx, long y, int ldy) {
        workers.run(panels.length, i -> {
            Panel p = panels[i];
            LANES.get().run(new Form(m, ldx, p.rows, cols, ldy), x, p.memory, y + 4L * p.from);
        });
    }

    /** What a kernel was compiled for. */
    private record Form(int m, int ldx, int rows, int cols, int ldy) {}

    /** One thread's library state. */
    private static final class Lane {
        private final engine cpu = new engine(engine.kind.cpu, 0);
        private final stream queue = new stream(cpu);
        private final Map<Form, Kernel> kernels = new HashMap<>();

        Lane() {
            OneDnn.ownThreadOnly();
        }

        BytePointer pack(long address, int rows, int cols) {
            memory.desc packed = Kernel.packed(cpu, rows, cols);
            BytePointer bytes = new BytePointer(packed.get_size());
            memory.desc plain = new memory.desc(new long[] {cols, rows}, memory.data_type.bf16, new long[] {1, cols});
            memory from = new memory(plain, cpu, new OneDnn.At().to(address));
            memory to = new memory(packed, cpu, bytes);
            new reorder(new reorder.primitive_desc(cpu, plain, cpu, packed)).execute(queue, from, to);
            queue._wait();
            return bytes;
        }

        void run(Form form, long x, Pointer weight, long y) {
            Kernel kernel = kernels.get(form);
            if (kernel == null) {
                kernel = new Kernel(form, cpu);
                kernels.put(form, kernel);
            }
            kernel.run(queue, x, weight, y);
        }
    }

    /** Rounding and product of one form, ready to run. */
    private static final class Kernel {
        private final reorder round;
        private final matmul product;
        private final memory input;
        private final memory weight;
        private final memory output;
        private final Workspace needed;
        private final memory workspace;
        /** Kept: the library holds its address only. */
        private final BytePointer rounded;

        private final IntMemoryMap arguments = new IntMemoryMap();
        private final IntMemoryMap rounding = new IntMemoryMap();
        private final OneDnn.At at = new OneDnn.At();

        Kernel(Form f, engine cpu) {
            memory.desc x = matrix(memory.data_type.f32, f.m, f.cols, f.ldx);
            memory.desc h = matrix(memory.data_type.bf16, f.m, f.cols, f.cols);
            memory.desc w = packed(cpu, f.rows, f.cols);
            memory.desc y = matrix(memory.data_type.f32, f.m, f.rows, f.ldy);
            matmul.primitive_desc description = new matmul.primitive_desc(cpu, h, w, y, Workspace.attributes(), false);
            product = new matmul(description);
            needed = new Workspace(description);
            round = new reorder(new reorder.primitive_desc(cpu, x, cpu, h));
            rounded = new BytePointer(2L * f.m * f.cols);
            input = new memory(x, cpu, (Pointer) null);
            weight = new memory(w, cpu, (Pointer) null);
            output = new memory(y, cpu, (Pointer) null);
            memory half = new memory(h, cpu, rounded);
            rounding.put(dnnl.DNNL_ARG_FROM, input);
            rounding.put(dnnl.DNNL_ARG_TO, half);
            arguments.put(dnnl.DNNL_ARG_SRC, half);
            arguments.put(dnnl.DNNL_ARG_WEIGHTS, weight);
            arguments.put(dnnl.DNNL_ARG_DST, output);
            workspace = needed.among(arguments, cpu);
        }

        /** The order that a product of one row wants; those of more rows take it, too. */
        static memory.desc packed(engine cpu, int rows, int cols) {
            memory.desc h = matrix(memory.data_type.bf16, 1, cols, cols);
            memory.desc any = new memory.desc(new long[] {cols, rows}, memory.data_type.bf16, memory.format_tag.any);
            memory.desc y = matrix(memory.data_type.f32, 1, rows, rows);
            return new matmul.primitive_desc(cpu, h, any, y, new primitive_attr(), false).weights_desc();
        }

        private static memory.desc matrix(memory.data_type type, long rows, long cols, long stride) {
            return new memory.desc(new long[] {rows, cols}, type, new long[] {stride, 1});
        }

        void run(stream queue, long x, Pointer w, long y) {
            input.set_data_handle(at.to(x));
            weight.set_data_handle(w);
            output.set_data_handle(at.to(y));
            needed.place(workspace);
            round.execute(queue, rounding);
            product.execute(queue, arguments);
            queue._wait();
        }
    }
}
