package org.peft4j.engine;

import org.peft4j.engine.arrays.ArrayKernels;
import org.peft4j.engine.arrays.FastExp;

/** The gated activation {@code silu(gate) * up} (Shazeer 2020). */
final class Swiglu {
    private Swiglu() {}

    /** Fewer numbers are done before a compiled kernel's call would be over. */
    private static final int WORTH_COMPILING = 1 << 14;

    static Tensor apply(Tape tape, Tensor gate, Tensor up) {
        if (gate.size() >= WORTH_COMPILING && HalvedSwiglu.suits(gate, up)) {
            return HalvedSwiglu.apply(tape, gate, up);
        }
        Tensor y = tape.fresh(gate.needsGradient || up.needsGradient, gate.shape());
        if (OneDnn.fastSingle() && y.value.length >= WORTH_COMPILING && gate.root != up.root) {
            CompiledSwiglu.apply(tape, gate, up, y);
            return y;
        }
        makeNowAndAgain(
                y,
                () -> Elementwise.map(
                        tape.workers(),
                        gate.value(),
                        up.value(),
                        y.value,
                        (g, u, out, n) -> ArrayKernels.ofRow(n).swiglu(g, u, out, n)));
        tape.record(y, () -> backward(tape, gate, up, y.gradient.buf), gate, up);
        return y;
    }

    /** The result needn't be kept for the gradient of what reads it: what it is made from is kept for its own, and making it is cheap. */
    static void makeNowAndAgain(Tensor y, Runnable make) {
        make.run();
        if (y.needsGradient) {
            y.remake = make;
        }
    }

    static void backward(Tape tape, Tensor gate, Tensor up, Buf d) {
        if (gate.needsGradient && up.needsGradient && gate.root != up.root) {
            both(tape, gate, up, gate.value(), up.value(), d);
            return;
        }
        if (gate.needsGradient) {
            float beta = tape.openGradient(gate);
            Elementwise.accumulate(
                    tape.workers(), d, gate.value(), up.value(), beta, gate.gradient.buf, Swiglu::addGateSlope);
        }
        if (up.needsGradient) {
            float beta = tape.openGradient(up);
            Elementwise.accumulate(
                    tape.workers(),
                    d,
                    gate.value(),
                    d,
                    beta,
                    up.gradient.buf,
                    (a, g, same, out, n) -> addUpSlope(a, g, out, FastExp.sigmoids(g, n), n));
        }
    }

    private static void addGateSlope(float[] d, float[] g, float[] u, float[] out, int n) {
        addGateSlope(d, g, u, out, FastExp.sigmoids(g, n), n);
    }

    private static void addGateSlope(float[] d, float[] g, float[] u, float[] out, float[] s, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += d[i] * u[i] * s[i] * (1f + g[i] * (1f - s[i]));
        }
    }

    private static void addUpSlope(float[] d, float[] g, float[] out, float[] s, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += d[i] * g[i] * s[i];
        }
    }

    /** Both gradients in one pass: the sigmoid is what costs. */
    private static void both(Tape tape, Tensor gate, Tensor up, Buf gates, Buf ups, Buf gradient) {
        float gateBeta = tape.openGradient(gate);
        float upBeta = tape.openGradient(up);
        tape.workers().split(gradient.length, Elementwise.GRAIN, (from, to) -> {
            int most = Math.min(Elementwise.PIECE, to - from);
            float[] d = new float[most];
            float[] g = new float[most];
            float[] u = new float[most];
            float[] out = new float[most];
            for (int i = from; i < to; i += most) {
                int n = Math.min(most, to - i);
                gradient.get(i, d, 0, n);
                gates.get(i, g, 0, n);
                ups.get(i, u, 0, n);
                float[] s = FastExp.sigmoids(g, n);
                Elementwise.load(gate.gradient.buf, gateBeta, i, out, n);
                addGateSlope(d, g, u, out, s, n);
                gate.gradient.buf.put(i, out, 0, n);
                Elementwise.load(up.gradient.buf, upBeta, i, out, n);
                addUpSlope(d, g, out, s, n);
                up.gradient.buf.put(i, out, 0, n);
            }
        });
    }
}
