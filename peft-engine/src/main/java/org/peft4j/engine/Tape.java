package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One run forward and, where it records, backward: keeps what gradients need, gives back the rest at once.
 *
 * <p>Memory of a value is free as soon as its scope is over and no recorded operation needs it; memory of a gradient as soon as
 * the operation that made its tensor has passed it on. Not thread-safe; the kernels below it use the engine's threads.
 */
public final class Tape implements AutoCloseable {
    private final Engine engine;
    private final Arena arena;
    private boolean recording;
    private boolean rerunning;
    private final boolean training;
    private final boolean generating;
    private final long seed;
    private Recording nodes = new Recording();
    private final List<List<Tensor>> scopes = new ArrayList<>();
    private final TapeOps ops;
    private final Gradients gradients;
    private long draws;
    /** Whether a value was made, recorded or not, from something that a gradient is asked for. */
    private boolean touched;

    private boolean closed;
    private Tape parent;
    private long largestChild;

    Tape(Engine engine, Arena arena, boolean recording, boolean training, boolean generating, long seed) {
        this.engine = engine;
        this.arena = arena;
        this.recording = recording;
        this.training = training;
        this.generating = generating;
        this.seed = seed;
        scopes.add(new ArrayList<>());
        this.ops = new TapeOps(this);
        this.gradients = new Gradients(this, arena);
    }

    /** The operations that write on this tape. */
    public TapeOps ops() {
        return ops;
    }

    boolean recording() {
        return recording;
    }

    /** Whether a part is being run again for what is inside: nobody may ask for its result. */
    public boolean rerunning() {
        return rerunning;
    }

    boolean training() {
        return training;
    }

    /** Whether this run is one of many with a few rows each, for which weights may be kept in a second order. */
    boolean generating() {
        return generating;
    }

    Workers workers() {
        return engine.workers();
    }

    FrozenProducts frozenProducts() {
        return engine.frozenProducts();
    }

    Blas blas() {
        return engine.blas();
    }

    /** The key of the next stream of random numbers of this run. */
    long nextStream() {
        return CounterRandom.mix(seed, ++draws);
    }

    /** A tape for a part of the run whose gradients are taken at once; all memory it took comes back when it is closed. */
    public Tape child() {
        Tape child = new Tape(engine, arena.within(), recording, training, false, nextStream());
        child.parent = this;
        return child;
    }

    /** Memory for the time of one kernel. */
    Buf take(long length) {
        return arena.take(length);
    }

    Arena arena() {
        return arena;
    }

    void giveBack(Buf buf) {
        arena.giveBack(buf);
    }

    /** The most bytes this tape's memory held at once. */
    public long peakBytes() {
        return arena.peakBytes();
    }

    /** The most bytes that one of its children, now closed, held at once; beside its own. */
    public long largestChildBytes() {
        return largestChild;
    }

    /** A fresh tensor with undefined contents. */
    Tensor fresh(boolean needsGradient, long... shape) {
        long size = 1;
        for (long d : shape) {
            size = Math.multiplyExact(size, d);
        }
        Tensor t = empty(needsGradient, shape);
        t.value = arena.take(size);
        return t;
    }

    /** As {@link #fresh}, of a tensor whose values are kept in bfloat16. */
    Tensor freshHalved(boolean needsGradient, long... shape) {
        Tensor t = empty(needsGradient, shape);
        t.halveFrom(arena.take(FrozenProducts.halfLength(t.rows, t.cols)));
        return t;
    }

    /** A fresh tensor without a value. */
    Tensor empty(boolean needsGradient, long... shape) {
        touched |= needsGradient;
        return adopt(new Tensor(this, shape, null, needsGradient && recording));
    }

    /** A tensor that a gradient is asked for though nothing on this tape made it. */
    public Tensor leaf(float[] values, boolean needsGradient, long... shape) {
        Tensor leaf = fresh(needsGradient, shape);
        if (leaf.size() != values.length) {
            throw new IllegalArgumentException(values.length + " values for shape " + leaf);
        }
        leaf.value.put(0, values, 0, values.length);
        return leaf;
    }

    Tensor adopt(Tensor tensor) {
        scopes.get(scopes.size() - 1).add(tensor);
        return tensor;
    }

    /** Notes how the gradient of {@code output} reaches what it was made from. */
    void record(Tensor output, Runnable backward, Tensor... saved) {
        if (output.needsGradient) {
            nodes.add(output, backward, saved);
        }
    }

    /** Runs a part whose tensors, but for the result, nobody refers to afterwards. */
    public Tensor scope(Supplier<Tensor> part) {
        List<Tensor> made = new ArrayList<>();
        scopes.add(made);
        Tensor result;
        try {
            result = part.get();
        } finally {
            scopes.remove(scopes.size() - 1);
        }
        for (Tensor t : made) {
            if (t != result.root) {
                close(t);
            }
        }
        if (made.contains(result.root)) {
            adopt(result.root);
        }
        return result;
    }

    /**
     * As {@link #scope}, but keeps nothing of the part except its result: where a gradient is asked for, the backward pass runs the
     * part again, with the same random numbers, right before it needs what is inside (Chen et al. 2016). Gives the same bits for
     * the time of one more way forward.
     *
     * @param x what the part is made from; parameters besides
     */
    public Tensor recomputed(Tensor x, UnaryOperator<Tensor> part) {
        if (!recording) {
            return scope(() -> part.apply(x));
        }
        long stream = draws;
        boolean before = touched;
        touched = false;
        Tensor whole = x.root;
        whole.retained++; // nothing in the part may be written over it
        boolean halves = whole.halvesWhenClosed;
        whole.halvesWhenClosed = false; // the part has to see the same numbers again
        recording = false;
        Tensor inner;
        try {
            inner = scope(() -> part.apply(x));
        } finally {
            recording = true;
        }
        Tensor y = inner.takenOver(this, touched || inner.needsGradient);
        y.isAsGoodAs(inner);
        record(y, () -> again(x, part, stream, y, halves), x);
        whole.retained--;
        touched |= before;
        return y;
    }

    private void again(Tensor x, UnaryOperator<Tensor> part, long stream, Tensor y, boolean halves) {
        Recording others = nodes;
        long after = draws;
        nodes = new Recording();
        draws = stream;
        rerunning = true;
        Tensor inner = scope(() -> part.apply(x));
        rerunning = false;
        passGradient(y, inner);
        close(inner);
        if (halves) {
            x.root.keepOnlyHalved();
        }
        nodes.propagate(this, gradients);
        nodes = others;
        draws = after;
    }

    /** Says that nobody but recorded operations needs this tensor any more. */
    public void close(Tensor t) {
        if (t.tape == this && !t.isView() && !t.closed) {
            t.keepForGradients();
            freeIfUnused(t);
        }
    }

    void freeIfUnused(Tensor t) {
        if (t.closed && t.retained == 0 && t.tape == this) {
            t.dropValue();
            t.dropHalf();
        }
    }

    /** Runs backward from a tensor of one element, adding to the gradients of parameters and leaves. */
    public void backward(Tensor loss) {
        if (!loss.needsGradient) {
            return;
        }
        openGradient(loss);
        loss.gradient.buf.fill(1f);
        nodes.propagate(this, gradients);
    }

    /** As {@link Gradients#open}. */
    float openGradient(Tensor t) {
        return gradients.open(t);
    }

    /** As {@link Gradients#openHalves}. */
    Buf openHalfGradient(Tensor t, Buf place) {
        return gradients.openHalves(t, place);
    }

    /** Passes the gradient of {@code from} on to {@code to}, which has as many elements. */
    void passGradient(Tensor from, Tensor to) {
        gradients.pass(from, to);
    }

    /** A copy of the gradient that arrived at a leaf; zeros where none did. */
    public float[] gradientOf(Tensor leaf) {
        return Gradients.copyOf(leaf);
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            nodes.clear();
            scopes.clear();
            if (parent == null) {
                engine.recycle(arena);
            } else {
                parent.largestChild = Math.max(parent.largestChild, arena.peakBytes());
                arena.reset();
            }
        }
    }
}
