package org.peft4j.engine;

import java.nio.FloatBuffer;
import org.peft4j.api.CustomOp;
import org.peft4j.api.Ops;
import org.peft4j.api.Shape;
import org.peft4j.api.Var;

/** The operations of the SPI, written on a tape. */
public final class TapeOps implements Ops {
    private final Tape tape;

    TapeOps(Tape tape) {
        this.tape = tape;
    }

    static Tensor t(Var v) {
        Tensor tensor = unasked(v);
        tensor.root.makeNow(); // here, as an operation may look at it from several threads
        return tensor;
    }

    /** A tensor whose value may be left to wait. */
    private static Tensor unasked(Var v) {
        if (v instanceof Tensor tensor) {
            return tensor;
        }
        throw new IllegalArgumentException("not a tensor of this engine: " + v);
    }

    @Override
    public boolean training() {
        return tape.training();
    }

    @Override
    public Tensor constant(float[] values, long... shape) {
        return tape.leaf(values, false, shape);
    }

    @Override
    public Tensor add(Var a, Var b) {
        return Binary.ADD.apply(tape, t(a), t(b));
    }

    @Override
    public Tensor sub(Var a, Var b) {
        return Binary.SUB.apply(tape, t(a), t(b));
    }

    @Override
    public Tensor mul(Var a, Var b) {
        return Binary.MUL.apply(tape, t(a), t(b));
    }

    @Override
    public Tensor div(Var a, Var b) {
        return Binary.DIV.apply(tape, t(a), t(b));
    }

    @Override
    public Tensor scale(Var a, double factor) {
        Tensor x = t(a);
        float f = (float) factor;
        Tensor y = tape.fresh(x.needsGradient, x.shape());
        Elementwise.axpy(tape.workers(), f, x.value(), 0f, y.value);
        tape.record(y, () -> {
            float beta = tape.openGradient(x);
            Elementwise.axpy(tape.workers(), f, y.gradient.buf, beta, x.gradient.buf);
        });
        return y;
    }

    @Override
    public Tensor matmul(Var a, Var b) {
        return Products.matmul(tape, t(a), t(b), false);
    }

    @Override
    public Tensor matmulT(Var a, Var b) {
        return Products.matmul(tape, t(a), t(b), true);
    }

    @Override
    public Tensor addLowRank(Var y, Var x, Var a, Var b, double factor) {
        return Products.addLowRank(tape, unasked(y), t(x), t(a), t(b), (float) factor);
    }

    @Override
    public Tensor dropout(Var x, double p) {
        return p == 0 || !tape.training() ? t(x) : Dropout.apply(tape, t(x), p);
    }

    @Override
    public Tensor relu(Var x) {
        return Unary.RELU.apply(tape, t(x));
    }

    @Override
    public Tensor silu(Var x) {
        return Unary.SILU.apply(tape, t(x));
    }

    @Override
    public Tensor gelu(Var x) {
        return Unary.GELU.apply(tape, t(x));
    }

    @Override
    public Tensor tanh(Var x) {
        return Unary.TANH.apply(tape, t(x));
    }

    @Override
    public Tensor sigmoid(Var x) {
        return Unary.SIGMOID.apply(tape, t(x));
    }

    @Override
    public Tensor sqrt(Var x) {
        return Unary.SQRT.apply(tape, t(x));
    }

    @Override
    public Tensor softmax(Var x) {
        return Rows.softmax(tape, t(x));
    }

    @Override
    public Tensor rmsNorm(Var x, Var weight, double eps) {
        return RmsNorm.apply(tape, t(x), t(weight), (float) eps);
    }

    @Override
    public Tensor rowSum(Var x) {
        return Rows.sum(tape, t(x));
    }

    @Override
    public Tensor sum(Var x) {
        Tensor sums = Rows.sum(tape, t(x));
        return Rows.sum(tape, reshape(sums, 1, sums.size()));
    }

    @Override
    public Tensor rows(Var x, long from, long to) {
        Tensor source = t(x);
        if (from < 0 || to > source.rows || from >= to) {
            throw new IllegalArgumentException("rows " + from + " to " + to + " of " + source);
        }
        return Layout.view(tape, source, Math.toIntExact(from) * source.cols, to - from, source.cols);
    }

    @Override
    public Tensor columns(Var x, long from, long to) {
        return Layout.columns(tape, t(x), Math.toIntExact(from), Math.toIntExact(to));
    }

    @Override
    public Tensor concatRows(Var a, Var b) {
        return Layout.concatRows(tape, t(a), t(b));
    }

    @Override
    public Tensor reshape(Var x, long... shape) {
        if (Shape.of(shape).size() != x.size()) {
            throw new IllegalArgumentException(t(x) + " has not as many elements as " + Shape.of(shape));
        }
        return Layout.view(tape, t(x), 0, shape);
    }

    @Override
    public Tensor detach(Var x) {
        Tensor source = t(x);
        return new Tensor(tape, source.shape(), source.value(), false, source.root, source.rootOffset);
    }

    @Override
    public Tensor custom(CustomOp op, Var... inputs) {
        Tensor[] in = new Tensor[inputs.length];
        FloatBuffer[] views = new FloatBuffer[inputs.length];
        boolean needed = false;
        for (int i = 0; i < in.length; i++) {
            in[i] = t(inputs[i]);
            views[i] = in[i].value().view();
            needed |= in[i].needsGradient;
        }
        Tensor y = tape.fresh(needed, op.outputShape(inputs).toArray());
        op.forward(views, y.value.view());
        Tensor[] saved = java.util.Arrays.copyOf(in, in.length + 1);
        saved[in.length] = y;
        tape.record(y, () -> op.backward(new CustomBackward(tape, in, y)), saved);
        return y;
    }
}
