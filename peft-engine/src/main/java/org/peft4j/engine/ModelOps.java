package org.peft4j.engine;

import org.peft4j.api.PeftException;

/** Coarse operations that a transformer is made of, each with a hand-written gradient. */
public final class ModelOps {
    private ModelOps() {}

    private static void checkSame(Tensor a, Tensor b) {
        if (!a.sameShape(b)) {
            throw new IllegalArgumentException("shapes " + a + " and " + b + " are not the same");
        }
    }

    private static void checkRange(int[] ids, int count) {
        for (int id : ids) {
            if (id < 0 || id >= count) {
                throw PeftException.of(
                        "token-out-of-range",
                        "token id " + id + " is not among the " + count + " that the model knows",
                        "Use the tokenizer that belongs to the model.");
            }
        }
    }

    /** {@code x w^T} with a frozen w [out, in]: [tokens, out]. */
    public static Tensor linear(Tape tape, Tensor x, FrozenMatrix w) {
        if (x.cols != w.cols()) {
            throw new IllegalArgumentException("input " + x + " for a weight [" + w.rows() + ", " + w.cols() + "]");
        }
        Tensor y = tape.fresh(x.needsGradient, x.rows, w.rows());
        multiply(tape, x, w, y);
        recordLinear(tape, x, w, y);
        return y;
    }

    private static void multiply(Tape tape, Tensor x, FrozenMatrix w, Tensor y) {
        if (rounds(tape, x, w)) {
            product(tape, x, w, FrozenProducts.Result.of(Products.mat(y), 0f));
        } else {
            w.forward(tape, x.rows, Products.mat(x), Products.mat(y));
        }
    }

    /**
     * As {@link #linear}, for what comes last in a part that is run again in the backward pass: only its gradient is asked for there,
     * so the product is made only where somebody does look at it.
     */
    public static Tensor lastLinear(Tape tape, Tensor x, FrozenMatrix w) {
        if (!tape.rerunning() || x.cols != w.cols()) {
            return linear(tape, x, w);
        }
        Tensor y = tape.empty(x.needsGradient, x.rows, w.rows());
        y.makeWhenAsked(() -> multiply(tape, x, w, y));
        if (rounds(tape, x, w) && ownsMemory(tape, x)) {
            x.halvesWhenClosed = true; // as on the way forward, so that gradients see the same numbers
        }
        recordLinear(tape, x, w, y);
        return y;
    }

    /** As {@link #linear}, for a result that only {@link #swiglu} looks at: it is kept in bfloat16 where the product is in bfloat16. */
    public static Tensor linearIntoGate(Tape tape, Tensor x, FrozenMatrix w) {
        if (x.cols != w.cols() || !rounds(tape, x, w)) {
            return linear(tape, x, w);
        }
        Tensor y = tape.freshHalved(x.needsGradient, x.rows, w.rows());
        product(tape, x, w, FrozenProducts.Result.of(FrozenProducts.Rounded.of(y.half, y.cols)));
        recordLinear(tape, x, w, y);
        return y;
    }

    /** Whether activations are rounded as a whole before the product: what is computed depends on shapes alone. */
    private static boolean rounds(Tape tape, Tensor x, FrozenMatrix w) {
        return w.halved() && !tape.generating() && x.rows > FrozenMatrix.FEW_ROWS;
    }

    /** A product of activations in bfloat16; what is rounded for it is kept for the next product, as long as the activations are there. */
    private static void product(Tape tape, Tensor x, FrozenMatrix w, FrozenProducts.Result y) {
        boolean kept = ownsMemory(tape, x);
        Buf half = kept ? x.half : null;
        if (half == null) {
            half = tape.take(FrozenProducts.halfLength(x.rows, x.cols));
            tape.frozenProducts().round(x.rows, Products.mat(x), x.cols, half.address);
        }
        w.forward(tape, x.rows, FrozenProducts.Rounded.of(half, x.cols), y);
        if (kept) {
            x.half = half;
            x.halvesWhenClosed = true;
        } else {
            tape.giveBack(half);
        }
    }

    private static boolean ownsMemory(Tape tape, Tensor x) {
        return x.tape == tape && !x.isView();
    }

    private static void recordLinear(Tape tape, Tensor x, FrozenMatrix w, Tensor y) {
        y.coarse = w.halved();
        y.takesHalfGradient = w.halved();
        tape.record(y, () -> {
            float beta = tape.openGradient(x);
            Tensor.Gradient g = y.gradient;
            if (g.half != null) {
                FrozenProducts.Rounded dy = FrozenProducts.Rounded.of(g.half, g.halfStride);
                w.backward(tape, x.rows, dy, beta, Products.gradient(x));
            } else {
                w.backward(tape, x.rows, Products.gradient(y), beta, Products.gradient(x));
            }
        });
    }

    /** Rows {@code ids} of a frozen embedding [vocabulary, hidden]. */
    public static Tensor embedding(Tape tape, FrozenMatrix table, int[] ids) {
        int cols = table.cols();
        checkRange(ids, table.rows());
        Tensor y = tape.fresh(false, ids.length, cols);
        float[] row = new float[cols];
        for (int i = 0; i < ids.length; i++) {
            table.read(ids[i], 1, row, 0);
            y.value.put(i * cols, row, 0, cols);
        }
        return y;
    }

    /** Rows {@code ids} of x; gradients of a row that was taken several times add up. */
    public static Tensor gather(Tape tape, Tensor x, int[] ids) {
        int cols = x.cols;
        checkRange(ids, x.rows);
        Tensor y = tape.fresh(x.needsGradient, ids.length, cols);
        float[] row = new float[cols];
        for (int i = 0; i < ids.length; i++) {
            x.value().get(ids[i] * cols, row, 0, cols);
            y.value.put(i * cols, row, 0, cols);
        }
        tape.record(y, () -> {
            if (tape.openGradient(x) == 0f) {
                x.gradient.buf.fill(0f);
            }
            float[] g = new float[cols];
            float[] sum = new float[cols];
            for (int i = 0; i < ids.length; i++) {
                y.gradient.buf.get(i * cols, g, 0, cols);
                x.gradient.buf.get(ids[i] * cols, sum, 0, cols);
                for (int j = 0; j < cols; j++) {
                    sum[j] += g[j];
                }
                x.gradient.buf.put(ids[i] * cols, sum, 0, cols);
            }
        });
        return y;
    }

    /** {@code silu(gate) * up} (Shazeer 2020), elementwise. */
    public static Tensor swiglu(Tape tape, Tensor gate, Tensor up) {
        checkSame(gate, up);
        return Swiglu.apply(tape, gate, up);
    }

    /**
     * {@code a + b} in b's memory where nothing else needs it: the residual stream. It is summed in fp32; behind a bfloat16 product
     * gradients (those of norms) see it in bfloat16, which halves what a layer keeps of it.
     */
    public static Tensor residual(Tape tape, Tensor a, Tensor b) {
        checkSame(a, b);
        boolean needed = a.needsGradient || b.needsGradient;
        Tensor y = b.changed(tape, needed, a, t -> Elementwise.axpy(tape.workers(), 1f, a.value(), 1f, t.value));
        y.halvesWhenClosed = b.coarse;
        tape.record(y, () -> {
            tape.passGradient(y, a);
            tape.passGradient(y, b);
        });
        return y;
    }

    /**
     * Cross-entropy of rows of logits [n, vocabulary], summed and weighted; uses up the logits' memory.
     *
     * @param targets the right column of each row
     * @param weight what each row counts
     * @param total its first element is increased by the unweighted sum, in nats
     * @return the weighted sum, [1]
     */
    public static Tensor crossEntropy(Tape tape, Tensor logits, int[] targets, float weight, double[] total) {
        checkRange(targets, logits.cols);
        return CrossEntropy.apply(tape, logits, targets, weight, total);
    }
}
