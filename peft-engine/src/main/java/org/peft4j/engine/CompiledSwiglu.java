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
        Swiglu.makeNowAndAgain(y, () -> forward(tape, gate.value(), up.value(), y.value));
        tape.record(
                y,
                () -> {
                    if (gate.needsGradient && up.needsGradient) {
                        both(tape, gate, up, y.gradient.buf);
                    } else {
                        Swiglu.backward(tape, gate, up, y.gradient.buf);
                    }
                },
                gate,
                up);
    }

    private static void forward(Tape tape, Buf g, Buf u, Buf y) {
        pieces(
                tape,
                y.length,
                (kernels, i, n) -> kernels.forward(g.address + 4L * i, u.address + 4L * i, y.address + 4L * i, n));
    }

    private static void both(Tape tape, Tensor gate, Tensor up, Buf gradient) {
        Target dg = Target.of(tape, gate);
        Target du = Target.of(tape, up);
        Buf gates = gate.value();
        Buf ups = up.value();
        pieces(tape, gradient.length, (kernels, i, n) -> {
            long dy = gradient.address + 4L * i;
            kernels.backward(gates.address + 4L * i, ups.address + 4L * i, dy, dg.at(i), du.at(i), n);
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
