package org.peft4j.engine;

import org.peft4j.engine.arrays.ArrayKernels;

/**
 * {@link Swiglu} between bfloat16 products: what they made is kept rounded for the gradient, the result and the gradients are written
 * as the next products read them. One pass over each, a cache-sized piece at a time.
 */
final class HalvedSwiglu {
    private final ArrayKernels kernels;
    private final Tape tape;
    private final Operand gate;
    private final Operand up;

    private HalvedSwiglu(Tape tape, Tensor gate, Tensor up) {
        this.tape = tape;
        this.kernels = ArrayKernels.of(gate.size());
        this.gate = new Operand(gate);
        this.up = new Operand(up);
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
        int length = Math.toIntExact(gate.tensor.size());
        tape.workers().split(length, Elementwise.GRAIN, (from, to) -> {
            Piece piece = new Piece();
            for (int i = from; i < to; i += ArrayKernels.PIECE) {
                body.run(piece, i, Math.min(ArrayKernels.PIECE, to - i));
            }
        });
    }

    /** What is multiplied, and its numbers in bfloat16 for the gradient: those it has, or a copy. */
    private final class Operand {
        final Tensor tensor;
        private final Buf value;
        private final Buf own;
        private final Buf half;

        Operand(Tensor tensor) {
            this.tensor = tensor;
            this.value = tensor.halved ? null : tensor.value();
            boolean copied = !tensor.halved && tensor.needsGradient;
            this.own = copied ? tape.take(FrozenProducts.halfLength(tensor.rows, tensor.cols)) : null;
            this.half = copied ? own : tensor.half;
            if (tensor.halved && tensor.needsGradient) {
                tensor.retained++; // not as what a recorded operation saves: that would be widened as a whole
            }
        }

        void load(Piece piece, float[] into, int at, int n) {
            if (value == null) {
                piece.widen(half, at, into, n);
                return;
            }
            value.get(at, into, 0, n);
            if (own != null) {
                piece.round(into, own, at, n);
            }
        }

        /** Where its gradient may take the place of its numbers, piece by piece; null where somebody else needs them. */
        Buf place() {
            return own != null || tensor.closed && tensor.retained == 1 ? half : null;
        }

        /** Gives its numbers' memory back, but for what its gradient took. */
        void free(Target target) {
            boolean taken = target.half == half;
            if (own == null) {
                tensor.half = taken ? null : half;
                tensor.retained--;
                tape.freeIfUnused(tensor);
            } else if (!taken) {
                tape.giveBack(own);
            }
        }
    }

    private Tensor forward() {
        Tensor y = tape.freshHalved(gate.tensor.needsGradient, gate.tensor.shape());
        pieces((piece, at, n) -> {
            gate.load(piece, piece.g, at, n);
            up.load(piece, piece.u, at, n);
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
            piece.widen(gate.half, at, piece.g, n);
            piece.widen(up.half, at, piece.u, n);
            dy.get(at, piece.d, 0, n);
            kernels.swigluGradients(piece.d, piece.g, piece.u, piece.u, piece.d, n);
            gateTarget.put(piece, piece.u, at, n);
            upTarget.put(piece, piece.d, at, n);
        });
        gate.free(gateTarget);
        up.free(upTarget);
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

    private Target target(Operand operand) {
        Tensor t = operand.tensor;
        Buf half = tape.openHalfGradient(t, operand.place());
        if (half != null) {
            return new Target(half, null, 0f);
        }
        float beta = tape.openGradient(t);
        return new Target(null, t.gradient.buf, beta);
    }
}
