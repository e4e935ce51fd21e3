package org.peft4j.engine;

import org.peft4j.engine.arrays.ArrayKernels;

/**
 * {@link Swiglu} between bfloat16 products: what they made is kept rounded for the gradient, the result and the gradients are written
 * as the next products read them. One pass over each, a cache-sized piece at a time.
 */
final class HalvedSwiglu {
    private final ArrayKernels kernels = ArrayKernels.fastest();
    private final Tape tape;
    private final Tensor gate;
    private final Tensor up;
    private Buf gates;
    private Buf ups;

    private HalvedSwiglu(Tape tape, Tensor gate, Tensor up) {
        this.tape = tape;
        this.gate = gate;
        this.up = up;
    }

    /** Whether both are results of bfloat16 products, whose gradients are both asked for or neither. */
    static boolean suits(Tensor gate, Tensor up) {
        return gate.coarse
                && up.coarse
                && gate.needsGradient == up.needsGradient
                && gate.root != up.root
                && !gate.isView()
                && !up.isView();
    }

    static Tensor apply(Tape tape, Tensor gate, Tensor up) {
        return new HalvedSwiglu(tape, gate, up).forward();
    }

    /** Some numbers of every operand. */
    private final class Piece {
        final float[] g = new float[ArrayKernels.PIECE];
        final float[] u = new float[ArrayKernels.PIECE];
        final float[] d = new float[ArrayKernels.PIECE];
        final short[] half = new short[ArrayKernels.PIECE];

        void round(float[] values, Buf to, int at, int n) {
            kernels.round(values, 0, half, n);
            to.putHalves(at, half, n);
        }

        void widen(Buf from, int at, float[] values, int n) {
            from.getHalves(at, half, n);
            kernels.widen(half, values, n);
        }
    }

    /** What is done with n numbers. */
    private interface Body {
        void run(Piece piece, int at, int n);
    }

    private void pieces(Body body) {
        int length = Math.toIntExact(gate.size());
        tape.workers().split(length, Elementwise.GRAIN, (from, to) -> {
            Piece piece = new Piece();
            for (int i = from; i < to; i += ArrayKernels.PIECE) {
                body.run(piece, i, Math.min(ArrayKernels.PIECE, to - i));
            }
        });
    }

    private Tensor forward() {
        Tensor y = tape.freshHalved(gate.needsGradient, gate.shape());
        Buf g = gate.value();
        Buf u = up.value();
        if (y.needsGradient) {
            gates = tape.take(FrozenProducts.halfLength(gate.rows, gate.cols));
            ups = tape.take(FrozenProducts.halfLength(up.rows, up.cols));
        }
        pieces((piece, at, n) -> {
            g.get(at, piece.g, 0, n);
            u.get(at, piece.u, 0, n);
            if (gates != null) {
                piece.round(piece.g, gates, at, n);
                piece.round(piece.u, ups, at, n);
            }
            kernels.swiglu(piece.g, piece.u, piece.d, n);
            piece.round(piece.d, y.half, at, n);
        });
        tape.record(y, () -> backward(y.gradient.buf));
        return y;
    }

    private void backward(Buf dy) {
        Target gateTarget = target(gate);
        Target upTarget = target(up);
        pieces((piece, at, n) -> {
            piece.widen(gates, at, piece.g, n);
            piece.widen(ups, at, piece.u, n);
            dy.get(at, piece.d, 0, n);
            kernels.swigluGradients(piece.d, piece.g, piece.u, piece.u, piece.d, n);
            gateTarget.put(piece, piece.u, at, n);
            upTarget.put(piece, piece.d, at, n);
        });
        tape.giveBack(gates);
        tape.giveBack(ups);
    }

    /** Where a gradient goes: rounded where only a product will look at it, else added to what is there. */
    private record Target(Buf half, Buf buf, float beta) {
        void put(Piece piece, float[] gradient, int at, int n) {
            if (half != null) {
                piece.round(gradient, half, at, n);
                return;
            }
            if (beta != 0f) {
                buf.get(at, piece.g, 0, n);
                for (int i = 0; i < n; i++) {
                    gradient[i] += piece.g[i];
                }
            }
            buf.put(at, gradient, 0, n);
        }
    }

    private Target target(Tensor t) {
        Buf half = tape.openHalfGradient(t);
        if (half != null) {
            return new Target(half, null, 0f);
        }
        float beta = tape.openGradient(t);
        return new Target(null, t.gradient.buf, beta);
    }
}
