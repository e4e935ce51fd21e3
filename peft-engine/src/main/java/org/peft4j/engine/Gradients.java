package org.peft4j.engine;

/** The memory of a tape's gradients: several tensors share one as long as it is the same for all of them. */
final class Gradients {
    private final Tape tape;
    private final Arena arena;

    Gradients(Tape tape, Arena arena) {
        this.tape = tape;
        this.arena = arena;
    }

    /** Prepares the gradient of a view whose root has got one. */
    void arrived(Tensor t) {
        if (t.isView()) {
            t.gradient = new Tensor.Gradient(t.root.gradient.buf.slice(t.rootOffset, t.value().length));
        }
    }

    /**
     * Makes room for the gradient of {@code t} to be added to.
     *
     * @return 0 where the room is new and every element must be written, 1 where they must be added to
     */
    float open(Tensor t) {
        if (t.isView()) {
            if (open(t.root) == 0f) {
                t.root.gradient.buf.fill(0f);
            }
            t.gradient = new Tensor.Gradient(t.root.gradient.buf.slice(t.rootOffset, t.value().length));
            return 1f;
        }
        if (t.gradient == null) {
            t.gradient = new Tensor.Gradient(memoryOf(t).take(t.size()));
            return 0f;
        }
        if (t.gradient.half != null) {
            widen(t);
        }
        if (t.gradient.holders > 1) {
            Buf own = memoryOf(t).take(t.size());
            own.copyFrom(t.gradient.buf);
            t.gradient.holders--;
            t.gradient = new Tensor.Gradient(own);
        }
        return 1f;
    }

    /**
     * Makes room for a gradient in bfloat16, all of whose numbers must be written; null where it has to be in fp32, as more is added to
     * it or others than a product look at it.
     *
     * @param place memory to use for it, or null
     */
    Buf openHalves(Tensor t, Buf place) {
        if (!t.takesHalfGradient || t.gradient != null || t.tape != tape || t.isView()) {
            return null;
        }
        Buf half = place == null ? arena.take(FrozenProducts.halfLength(t.rows, t.cols)) : place;
        t.gradient = Tensor.Gradient.ofHalves(half, t.cols);
        return t.gradient.half;
    }

    private void widen(Tensor t) {
        Tensor.Gradient rounded = t.gradient;
        t.gradient = new Tensor.Gradient(arena.take(t.size()));
        Halves.widen(tape.workers(), rounded.half, rounded.halfStride, t.gradient.buf, t.rows, t.cols);
        arena.giveBack(rounded.half);
    }

    /** A gradient lives as long as its tensor, which may be another tape's. */
    private Arena memoryOf(Tensor t) {
        return t.tape == null ? arena : t.tape.arena();
    }

    /** Passes the gradient of {@code from} on to {@code to}, which has as many elements. */
    void pass(Tensor from, Tensor to) {
        if (!to.needsGradient) {
            return;
        }
        if (to.gradient == null && to.tape == tape && !to.isView()) {
            to.gradient = from.gradient;
            to.gradient.holders++;
        } else {
            float beta = open(to);
            Elementwise.axpy(tape.workers(), 1f, from.gradient.buf, beta, to.gradient.buf);
        }
    }

    /** Gives back a gradient that was passed on. */
    void drop(Tensor t) {
        if (t.isView()) {
            t.gradient = null;
        } else if (t.tape == tape && t.gradient != null) {
            if (--t.gradient.holders == 0) {
                arena.giveBack(t.gradient.memory());
            }
            t.gradient = null;
        }
    }

    static float[] copyOf(Tensor leaf) {
        int n = Math.toIntExact(leaf.size());
        Tensor.Gradient g = leaf.root.gradient;
        return g == null ? new float[n] : g.buf.slice(leaf.rootOffset, n).toArray();
    }
}
