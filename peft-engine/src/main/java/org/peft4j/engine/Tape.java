package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One run forward and, where it records, backward: keeps what gradients need, gives back the rest at once.
 *
 * <p>Memory of a value is free as soon as its scope is over and no recorded operation needs it; memory of a gradient as soon as
 * the operation that made its tensor has passed it on. Not thread-safe; the kernels below it use the engine's threads.
 */
public final class Tape implements AutoCloseable {
    private final Engine engine;
    private final Arena arena;
    private final boolean recording;
    private final boolean training;
    private final boolean generating;
    private final long seed;
    private final List<Node> nodes = new ArrayList<>();
    private final List<List<Tensor>> scopes = new ArrayList<>();
    private final TapeOps ops;
    private long draws;
    private boolean closed;
    private Tape parent;
    private long largestChild;

    private record Node(Tensor output, Tensor[] saved, Runnable backward) {}

    Tape(Engine engine, Arena arena, boolean recording, boolean training, boolean generating, long seed) {
        this.engine = engine;
        this.arena = arena;
        this.recording = recording;
        this.training = training;
        this.generating = generating;
        this.seed = seed;
        scopes.add(new ArrayList<>());
        this.ops = new TapeOps(this);
    }

    /** The operations that write on this tape. */
    public TapeOps ops() {
        return ops;
    }

    boolean recording() {
        return recording;
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

    /** A tape of its own memory for a part of the run whose gradients are taken at once. */
    public Tape child() {
        Tape child = engine.tape(recording, training, nextStream());
        child.parent = this;
        return child;
    }

    /** Memory for the time of one kernel. */
    Buf take(long length) {
        return arena.take(length);
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

    /** The bytes this tape's memory holds now. */
    long bytesInUse() {
        return arena.bytesInUse();
    }

    /** A fresh tensor with undefined contents. */
    Tensor fresh(boolean needsGradient, long... shape) {
        long size = 1;
        for (long d : shape) {
            size = Math.multiplyExact(size, d);
        }
        return adopt(new Tensor(this, shape, arena.take(size), needsGradient && recording));
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
        if (!output.needsGradient) {
            return;
        }
        for (Tensor t : saved) {
            t.root.retained++;
        }
        nodes.add(new Node(output, saved, backward));
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

    /** Says that nobody but recorded operations needs this tensor any more. */
    public void close(Tensor t) {
        if (t.tape == this && !t.isView() && !t.closed) {
            t.closed = true;
            freeIfUnused(t);
        }
    }

    private void freeIfUnused(Tensor t) {
        if (t.closed && t.retained == 0 && t.value != null && t.tape == this) {
            arena.giveBack(t.value);
            t.value = null;
        }
    }

    /** Takes a tensor's memory for another one of the same shape, or a copy of it where it is still needed. */
    Tensor takeOver(Tensor from, boolean needsGradient, long... shape) {
        boolean free = from.tape == this && !from.isView() && from.retained == 0 && from.value != null;
        if (!free) {
            Tensor copy = fresh(needsGradient, shape);
            copy.value.copyFrom(from.value());
            return copy;
        }
        Tensor moved = new Tensor(this, shape, from.value, needsGradient && recording);
        from.value = null;
        return adopt(moved);
    }

    /** Runs backward from a tensor of one element, adding to the gradients of parameters and leaves. */
    public void backward(Tensor loss) {
        if (!loss.needsGradient) {
            return;
        }
        openGradient(loss);
        loss.gradient.buf.fill(1f);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.output.root.gradient != null) {
                materialize(node.output);
                node.backward.run();
                dropGradient(node.output);
            }
            for (Tensor t : node.saved) {
                t.root.retained--;
                freeIfUnused(t.root);
            }
            nodes.remove(i);
        }
    }

    private static void materialize(Tensor t) {
        if (t.isView()) {
            t.gradient = new Tensor.Gradient(t.root.gradient.buf.slice(t.rootOffset, t.value().length));
        }
    }

    /**
     * Makes room for the gradient of {@code t} to be added to.
     *
     * @return 0 where the room is new and every element must be written, 1 where they must be added to
     */
    float openGradient(Tensor t) {
        if (t.isView()) {
            if (openGradient(t.root) == 0f) {
                t.root.gradient.buf.fill(0f);
            }
            t.gradient = new Tensor.Gradient(t.root.gradient.buf.slice(t.rootOffset, t.value().length));
            return 1f;
        }
        if (t.gradient == null) {
            t.gradient = new Tensor.Gradient(memoryOf(t).take(t.size()));
            return 0f;
        }
        if (t.gradient.holders > 1) {
            Buf own = memoryOf(t).take(t.size());
            own.copyFrom(t.gradient.buf);
            t.gradient.holders--;
            t.gradient = new Tensor.Gradient(own);
        }
        return 1f;
    }

    /** A gradient lives as long as its tensor, which may be another tape's. */
    private Arena memoryOf(Tensor t) {
        return t.tape == null ? arena : t.tape.arena;
    }

    /** Passes the gradient of {@code from} on to {@code to}, which has as many elements. */
    void passGradient(Tensor from, Tensor to) {
        if (!to.needsGradient) {
            return;
        }
        if (to.gradient == null && to.tape == this && !to.isView()) {
            to.gradient = from.gradient;
            to.gradient.holders++;
        } else {
            float beta = openGradient(to);
            Elementwise.axpy(workers(), 1f, from.gradient.buf, beta, to.gradient.buf);
        }
    }

    private void dropGradient(Tensor t) {
        if (t.isView()) {
            t.gradient = null;
        } else if (t.tape == this && t.gradient != null) {
            if (--t.gradient.holders == 0) {
                arena.giveBack(t.gradient.buf);
            }
            t.gradient = null;
        }
    }

    /** A copy of the gradient that arrived at a leaf; zeros where none did. */
    public float[] gradientOf(Tensor leaf) {
        int n = Math.toIntExact(leaf.size());
        Tensor.Gradient g = leaf.root.gradient;
        return g == null ? new float[n] : g.buf.slice(leaf.rootOffset, n).toArray();
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
            if (parent != null) {
                parent.largestChild = Math.max(parent.largestChild, arena.peakBytes());
            }
            engine.recycle(arena);
        }
    }
}
