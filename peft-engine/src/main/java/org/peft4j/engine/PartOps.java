package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.api.CustomOp;
import org.peft4j.api.Ops;
import org.peft4j.api.Var;
import org.peft4j.engine.Blas.Mat;

/**
 * The operations for hooks that each work on some rows of one result: several requests in one batch, each with adapters of its own.
 * Low-rank updates of the result are collected and made all at once, on all threads; any other operation first has the collected
 * ones made, so that no hook can tell. No gradients.
 */
public final class PartOps implements Ops {
    private final Tape tape;
    private final TapeOps ops;
    private final Tensor joint;
    private final List<Update> pending = new ArrayList<>();

    private record Update(Tensor y, Tensor x, Tensor a, Tensor b, float factor) {}

    /**
     * Begins to change a result part by part.
     *
     * @param joint [rows, cols], changed in place: nobody else may need its present value
     */
    public PartOps(Tape tape, Tensor joint) {
        if (tape.recording() || joint.isView()) {
            throw new IllegalArgumentException("parts are for runs without gradients, of tensors that are no views");
        }
        this.tape = tape;
        this.ops = tape.ops();
        this.joint = joint;
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive), in the same memory. */
    public Tensor part(Tensor x, int from, int to) {
        return ops.rows(x, from, to);
    }

    /** Puts rows in the place of the result's from {@code first} on. */
    public void put(Tensor rows, int first) {
        int at = first * joint.cols;
        if (rows.cols != joint.cols || first + rows.rows > joint.rows) {
            throw new IllegalArgumentException("rows " + rows + " at " + first + " of " + joint);
        }
        if (rows.root != joint || rows.rootOffset != at) {
            flush();
            joint.value().slice(at, rows.rows * rows.cols).copyFrom(rows.value());
        }
    }

    /** Makes what was collected. */
    public void flush() {
        if (pending.isEmpty()) {
            return;
        }
        List<Update> updates = List.copyOf(pending);
        pending.clear();
        // Updates of the same rows follow each other, and stay in one task.
        int[] starts = new int[updates.size() + 1];
        int tasks = 0;
        for (int i = 0; i < updates.size(); i++) {
            if (i == 0 || updates.get(i).y.rootOffset != updates.get(i - 1).y.rootOffset) {
                starts[tasks++] = i;
            }
        }
        starts[tasks] = updates.size();
        if (tasks == 1) {
            updates.forEach(this::alone);
            return;
        }
        tape.workers().split(tasks, 1, (from, to) -> {
            for (Update u : updates.subList(starts[from], starts[to])) {
                apply(u);
            }
        });
    }

    /** All rows are one adapter's: the product itself is split. */
    private void alone(Update u) {
        int n = u.x.rows;
        int rank = u.a.rows;
        Buf inner = tape.take((long) n * rank);
        Mat t = Mat.of(inner, rank);
        tape.blas()
                .gemm(
                        n,
                        rank,
                        u.x.cols,
                        1f,
                        Products.mat(u.x),
                        Products.mat(u.a).t(),
                        0f,
                        t);
        tape.blas().gemm(n, u.b.rows, rank, u.factor, t, Products.mat(u.b).t(), 1f, Products.mat(u.y));
        tape.giveBack(inner);
    }

    private static void apply(Update u) {
        int n = u.x.rows;
        int rank = u.a.rows;
        Mat t = Mat.of(Scratch.take(n * rank), rank);
        Mat x = Products.mat(u.x);
        Mat a = Products.mat(u.a).t();
        Mat b = Products.mat(u.b).t();
        if (n == 1) {
            Blas.vector(rank, u.x.cols, 1f, x, a, 0f, t);
            Blas.vector(u.b.rows, rank, u.factor, t, b, 1f, Products.mat(u.y));
        } else {
            Blas.single(n, rank, u.x.cols, 1f, x, a, 0f, t);
            Blas.single(n, u.b.rows, rank, u.factor, t, b, 1f, Products.mat(u.y));
        }
    }

    @Override
    public Tensor addLowRank(Var y, Var x, Var a, Var b, double factor) {
        Update u = new Update(TapeOps.t(y), TapeOps.t(x), TapeOps.t(a), TapeOps.t(b), (float) factor);
        boolean fits = u.a.cols == u.x.cols
                && u.b.cols == u.a.rows
                && u.b.rows == u.y.cols
                && u.y.cols == joint.cols
                && u.y.rows == u.x.rows;
        if (fits && u.y.root == joint && u.x.root != joint) {
            pending.add(u);
            return u.y;
        }
        return made().addLowRank(y, x, a, b, factor);
    }

    private TapeOps made() {
        flush();
        return ops;
    }

    @Override
    public boolean training() {
        return ops.training();
    }

    @Override
    public Tensor constant(float[] values, long... shape) {
        return ops.constant(values, shape);
    }

    @Override
    public Tensor add(Var a, Var b) {
        return made().add(a, b);
    }

    @Override
    public Tensor sub(Var a, Var b) {
        return made().sub(a, b);
    }

    @Override
    public Tensor mul(Var a, Var b) {
        return made().mul(a, b);
    }

    @Override
    public Tensor div(Var a, Var b) {
        return made().div(a, b);
    }

    @Override
    public Tensor scale(Var a, double factor) {
        return made().scale(a, factor);
    }

    @Override
    public Tensor matmul(Var a, Var b) {
        return made().matmul(a, b);
    }

    @Override
    public Tensor matmulT(Var a, Var b) {
        return made().matmulT(a, b);
    }

    @Override
    public Tensor dropout(Var x, double p) {
        return made().dropout(x, p);
    }

    @Override
    public Tensor relu(Var x) {
        return made().relu(x);
    }

    @Override
    public Tensor silu(Var x) {
        return made().silu(x);
    }

    @Override
    public Tensor gelu(Var x) {
        return made().gelu(x);
    }

    @Override
    public Tensor tanh(Var x) {
        return made().tanh(x);
    }

    @Override
    public Tensor sigmoid(Var x) {
        return made().sigmoid(x);
    }

    @Override
    public Tensor sqrt(Var x) {
        return made().sqrt(x);
    }

    @Override
    public Tensor softmax(Var x) {
        return made().softmax(x);
    }

    @Override
    public Tensor rmsNorm(Var x, Var weight, double eps) {
        return made().rmsNorm(x, weight, eps);
    }

    @Override
    public Tensor rowSum(Var x) {
        return made().rowSum(x);
    }

    @Override
    public Tensor sum(Var x) {
        return made().sum(x);
    }

    @Override
    public Tensor rows(Var x, long from, long to) {
        return made().rows(x, from, to);
    }

    @Override
    public Tensor columns(Var x, long from, long to) {
        return made().columns(x, from, to);
    }

    @Override
    public Tensor concatRows(Var a, Var b) {
        return made().concatRows(a, b);
    }

    @Override
    public Tensor reshape(Var x, long... shape) {
        return made().reshape(x, shape);
    }

    @Override
    public Tensor detach(Var x) {
        return made().detach(x);
    }

    @Override
    public Tensor custom(CustomOp op, Var... inputs) {
        return made().custom(op, inputs);
    }
}
