package org.peft4j.engine;

/** {@link Swiglu} of many numbers, by compiled kernels, a cache-sized piece at a time. */
final class CompiledSwiglu {
    private CompiledSwiglu() {}

    /** Works on pieces of powers of two of numbers. */
    private interface Piece {
        void run(GateKernels kernels, int from, int n);
    }

    private static void pieces(Tape tape, int length, Piece piece) {
        tape.workers().split(length, Elementwise.GRAIN, (from, to) -> {
            GateKernels kernels = GateKernels.ofThread();
            for (int i = from; i < to; ) {
                int n = GateKernels.piece(to - i);
                piece.run(kernels, i, n);
                i += n;
            }
        });
    }

    static void apply(Tape tape, Tensor gate, Tensor up, Tensor y) {
        Buf g = gate.value();
        Buf u = up.value();
        boolean rounded = y.needsGradient && roundable(gate) && roundable(up);
        // Inputs that gradients need are kept in half the memory: they are the widest of a layer.
        Buf gates = rounded ? tape.take(FrozenProducts.halfLength(gate.rows, gate.cols)) : g;
        Buf ups = rounded ? tape.take(FrozenProducts.halfLength(up.rows, up.cols)) : u;
        pieces(tape, y.value.length, (kernels, i, n) -> {
            kernels.forward(g.address + 4L * i, u.address + 4L * i, y.value.address + 4L * i, n);
            if (rounded) {
                kernels.round(g.address + 4L * i, gates.address + 2L * i, n);
                kernels.round(u.address + 4L * i, ups.address + 2L * i, n);
            }
        });
        if (rounded) {
            tape.record(y, () -> {
                both(tape, gate, up, gates, ups, y.gradient.buf, true);
                tape.giveBack(gates);
                tape.giveBack(ups);
            });
        } else {
            tape.record(
                    y,
                    () -> {
                        if (gate.needsGradient && up.needsGradient) {
                            both(tape, gate, up, gate.value(), up.value(), y.gradient.buf, false);
                        } else {
                            Swiglu.backward(tape, gate, up, y.gradient.buf);
                        }
                    },
                    gate,
                    up);
        }
    }

    /** Results of bfloat16 products whose gradients are both asked for. */
    private static boolean roundable(Tensor x) {
        return x.coarse && x.needsGradient && !x.isView();
    }

    private static void both(Tape tape, Tensor gate, Tensor up, Buf gates, Buf ups, Buf gradient, boolean rounded) {
        Target dg = Target.of(tape, gate);
        Target du = Target.of(tape, up);
        pieces(tape, gradient.length, (kernels, i, n) -> {
            long g = gates.address + 4L * i;
            long u = ups.address + 4L * i;
            if (rounded) {
                Buf wide = Scratch.take(2 * GateKernels.MOST);
                g = wide.address;
                u = g + 4L * n;
                kernels.widen(gates.address + 2L * i, g, n);
                kernels.widen(ups.address + 2L * i, u, n);
            }
            long dy = gradient.address + 4L * i;
            kernels.backward(g, u, dy, dg.at(i), du.at(i), n);
        });
        dg.arrive(tape);
        du.arrive(tape);
    }

    /**
     * Where a gradient goes: to its place where it is the first, else to memory of its own, from where it is added.
     *
     * @param own that memory, or null
     */
    private record Target(Tensor tensor, Buf own) {
        static Target of(Tape tape, Tensor tensor) {
            boolean first = tape.openGradient(tensor) == 0f;
            return new Target(tensor, first ? null : tape.take(tensor.size()));
        }

        long at(int i) {
            return (own == null ? tensor.gradient.buf : own).address + 4L * i;
        }

        void arrive(Tape tape) {
            if (own != null) {
                Elementwise.axpy(tape.workers(), 1f, own, 1f, tensor.gradient.buf);
                tape.giveBack(own);
            }
        }
    }
}
