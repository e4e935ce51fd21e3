package org.peft4j.engine;

import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/** A product of one form, compiled by oneDNN. Of one thread. */
final class ProductKernel {
    /** Numbers of rows whose descriptions are kept: those of a run recur. */
    private static final int KEPT = 32;

    private final Form form;
    private final engine cpu;
    private final matmul product;
    private final Workspace workspace;
    private final OneDnn.At at = new OneDnn.At();
    private final Map<Integer, Bound> bound = new Recent<>(KEPT);

    /** The types of numbers that are multiplied; sums are in fp32. */
    enum Factors {
        /** fp32. */
        SINGLE(memory.data_type.f32, memory.data_type.f32),
        /** bfloat16. */
        HALF(memory.data_type.bf16, memory.data_type.bf16),
        /** Activations in fp32, and a weight in bfloat16 that the library widens as it packs it, at no cost that was measured. */
        WIDENED(memory.data_type.f32, memory.data_type.bf16);

        private final memory.data_type activations;
        private final memory.data_type weight;

        Factors(memory.data_type activations, memory.data_type weight) {
            this.activations = activations;
            this.weight = weight;
        }

        int weightBytes() {
            return this == SINGLE ? 4 : 2;
        }
    }

    /**
     * What a kernel is compiled for.
     *
     * @param m rows of the activations, or 0 for any number
     * @param ldx elements from one row of the activations to the next
     * @param rows of the weight as it lies in memory, [rows, cols]
     * @param ldw elements from one row of the weight to the next
     * @param transposed whether the product takes the weight's transpose
     * @param adding whether the product is added to what is there
     * @param ldy elements from one row of the result to the next
     * @param factors the types of activations and weight
     * @param halfResult whether the result is
     */
    record Form(
            int m,
            int ldx,
            int rows,
            int cols,
            int ldw,
            boolean transposed,
            boolean adding,
            int ldy,
            Factors factors,
            boolean halfResult) {
        int inner() {
            return transposed ? cols : rows;
        }

        int outer() {
            return transposed ? rows : cols;
        }

        memory.desc activations(long count) {
            return matrix(factors.activations, count, inner(), ldx, 1);
        }

        memory.desc weight() {
            return transposed ? matrix(factors.weight, cols, rows, 1, ldw) : matrix(factors.weight, rows, cols, ldw, 1);
        }

        memory.desc result(long count) {
            return matrix(halfResult ? memory.data_type.bf16 : memory.data_type.f32, count, outer(), ldy, 1);
        }
    }

    /** The library's descriptions of one number of rows. */
    private static final class Bound {
        final memory input;
        final memory weight;
        final memory output;
        final memory workspace;
        final IntMemoryMap arguments = new IntMemoryMap();

        Bound(Form form, int m, Workspace needed, engine cpu) {
            input = unplaced(form.activations(m), cpu);
            weight = unplaced(form.weight(), cpu);
            output = unplaced(form.result(m), cpu);
            arguments.put(dnnl.DNNL_ARG_SRC, input);
            arguments.put(dnnl.DNNL_ARG_WEIGHTS, weight);
            arguments.put(dnnl.DNNL_ARG_DST, output);
            workspace = needed.among(arguments, cpu);
        }
    }

    ProductKernel(Form form, engine cpu) {
        this.form = form;
        this.cpu = cpu;
        primitive_attr how = Workspace.attributes();
        if (form.adding) {
            post_ops add = new post_ops();
            add.append_sum();
            how.set_post_ops(add);
        }
        long rows = form.m == 0 ? dnnl.DNNL_RUNTIME_DIM_VAL() : form.m;
        matmul.primitive_desc description =
                new matmul.primitive_desc(cpu, form.activations(rows), form.weight(), form.result(rows), how, false);
        product = new matmul(description);
        workspace = new Workspace(description);
    }

    static memory.desc matrix(memory.data_type type, long rows, long cols, long down, long right) {
        return new memory.desc(new long[] {rows, cols}, type, new long[] {down, right});
    }

    static memory unplaced(memory.desc layout, engine cpu) {
        return new memory(layout, cpu, (Pointer) null);
    }

    /** Multiplies m rows at x with the weight at w into y. */
    void run(stream queue, int m, long x, long w, long y) {
        Bound b = bound.computeIfAbsent(m, rows -> new Bound(form, rows, workspace, cpu));
        b.input.set_data_handle(at.to(x));
        b.weight.set_data_handle(at.to(w));
        b.output.set_data_handle(at.to(y));
        workspace.place(b.workspace);
        product.execute(queue, b.arguments);
        queue._wait();
    }
}
