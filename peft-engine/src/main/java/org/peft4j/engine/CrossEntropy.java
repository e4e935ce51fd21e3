package org.peft4j.engine;

import java.util.Arrays;
import org.peft4j.engine.arrays.ArrayKernels;
import org.peft4j.engine.arrays.FastExp;

/** Cross-entropy of rows of logits; the logits' gradient takes the place of the logits on the way forward. */
final class CrossEntropy {
    private final Tape tape;
    private final Tensor logits;
    /** The logits' memory, then the gradient of the weighted loss. */
    private final Tensor p;
    /** Whether the gradient is in bfloat16, each row at the start of its place. */
    private final boolean halved;

    private CrossEntropy(Tape tape, Tensor logits) {
        this.tape = tape;
        this.logits = logits;
        boolean rounding = logits.takesHalfGradient && logits.tape == tape && !logits.isView();
        this.p = logits.takenOver(tape, logits.needsGradient);
        this.halved = rounding && p.needsGradient && p.value.halves != null;
    }

    static Tensor apply(Tape tape, Tensor logits, int[] targets, float weight, double[] total) {
        CrossEntropy made = new CrossEntropy(tape, logits);
        double sum = made.forward(targets, weight);
        total[0] += sum;
        Tensor loss = tape.fresh(made.p.needsGradient, 1);
        loss.value.put(0, (float) (sum * weight));
        tape.record(loss, () -> made.passOn(loss.gradient.buf.get(0)), made.p);
        return loss;
    }

    /** The unweighted sum of the rows' losses. */
    private double forward(int[] targets, float weight) {
        int cols = p.cols;
        double[] losses = new double[p.rows];
        tape.workers().split(p.rows, Math.max(1, Elementwise.GRAIN / cols), (from, to) -> {
            float[] v = new float[cols];
            short[] half = new short[halved ? cols : 0];
            for (int r = from; r < to; r++) {
                p.value.get(r * cols, v, 0, cols);
                losses[r] = row(v, targets[r], weight);
                if (halved) {
                    ArrayKernels.ofRow(cols).round(v, 0, half, cols);
                    p.value.putHalves(2 * r * cols, half, cols);
                } else if (p.needsGradient) {
                    p.value.put(r * cols, v, 0, cols);
                }
            }
        });
        return Arrays.stream(losses).sum();
    }

    /** The loss of a row, whose logits are replaced by their gradient. */
    private double row(float[] v, int target, float weight) {
        float right = v[target];
        float max = Rows.max(v, 0, v.length);
        FastExp.expMinus(max, v, 0, v.length);
        float sum = Rows.sum(v, v.length);
        if (p.needsGradient) {
            float factor = weight / sum;
            for (int i = 0; i < v.length; i++) {
                v[i] *= factor;
            }
            v[target] -= weight;
        }
        return max + (float) Math.log(sum) - right;
    }

    /** The gradient is there already; it only has to be weighted where the loss was. */
    private void passOn(float upstream) {
        if (upstream == 1f && logits.gradient == null && logits.tape == tape && !logits.isView()) {
            logits.gradient = halved ? Tensor.Gradient.ofHalves(p.value(), 2 * p.cols) : new Tensor.Gradient(p.value());
            p.value = null;
            return;
        }
        float beta = tape.openGradient(logits);
        Buf gradient = p.value();
        if (halved) {
            gradient = tape.take(p.size());
            Halves.widen(tape.workers(), p.value(), 2 * p.cols, gradient, p.rows, p.cols);
        }
        Elementwise.axpy(tape.workers(), upstream, gradient, beta, logits.gradient.buf);
        if (halved) {
            tape.giveBack(gradient);
        }
    }
}
