package org.peft4j.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.PeftException;

/**
 * The parameters of one adapter. Values and gradients of all trainable ones are views of two flat vectors: one optimizer call a
 * step, one copy to checkpoint.
 */
public final class ParameterSet {
    private final Map<String, EngineParam> params = new LinkedHashMap<>();
    private final long seed;
    private final Workers workers;
    private INDArray values;
    private INDArray gradients;
    private INDArray constants;

    /**
     * An empty set that an engine's threads work on.
     *
     * @param seed of the random first values
     */
    public ParameterSet(Engine engine, long seed) {
        this.workers = engine.workers();
        this.seed = seed;
    }

    /**
     * Adds a parameter; it has values only after {@link #allocate}.
     *
     * @throws PeftException if the key is taken
     */
    public EngineParam add(String key, ParamSpec spec) {
        return put(new EngineParam(key, spec, null));
    }

    /** Adds a parameter whose first values are read from elsewhere, whatever its spec's init says. */
    public EngineParam add(String key, ParamSpec spec, MatrixSource source) {
        return put(new EngineParam(key, spec, source));
    }

    private EngineParam put(EngineParam param) {
        if (values != null) {
            throw new IllegalStateException("parameters can only be created while the method is installed");
        }
        if (params.putIfAbsent(param.key(), param) != null) {
            throw PeftException.of(
                    "duplicate-parameter",
                    "two parameters of one adapter are called " + param.key(),
                    "Give each parameter of a site a name of its own.");
        }
        return param;
    }

    /** Gives every parameter its memory and first values. */
    public void allocate() {
        values = vector(trainable());
        gradients = Nd4j.zeros(DataType.FLOAT, Math.max(1, values.length()));
        constants = vector(
                params.values().stream().filter(p -> !p.spec().trainable()).toList());
        long at = 0;
        for (EngineParam p : trainable()) {
            p.bind(OffHeap.of(values, at, p.size()), OffHeap.of(gradients, at, p.size()), at);
            at += p.size();
        }
        at = 0;
        for (EngineParam p : params.values()) {
            if (!p.spec().trainable()) {
                p.bind(OffHeap.of(constants, at, p.size()), null, at);
                at += p.size();
            }
        }
        params.values().forEach(p -> FirstValues.write(p, seed));
    }

    private static INDArray vector(List<EngineParam> of) {
        long n = of.stream().mapToLong(EngineParam::size).sum();
        return Nd4j.zeros(DataType.FLOAT, Math.max(1, n));
    }

    /** All parameters in the order of their creation. */
    public Collection<EngineParam> all() {
        return List.copyOf(params.values());
    }

    /** Those that are trained, in the order of the flat vectors. */
    public List<EngineParam> trainable() {
        List<EngineParam> list = new ArrayList<>();
        for (EngineParam p : params.values()) {
            if (p.spec().trainable()) {
                list.add(p);
            }
        }
        return list;
    }

    /** The number of trainable elements. */
    public long trainableCount() {
        return trainable().stream().mapToLong(EngineParam::size).sum();
    }

    /** The parameter of this key, or null. */
    public EngineParam get(String key) {
        return params.get(key);
    }

    /** The values of all trainable parameters: one flat vector, the parameters' own memory. */
    public INDArray values() {
        return values;
    }

    /** The gradients of all trainable parameters: one flat vector, the parameters' own memory. */
    public INDArray gradients() {
        return gradients;
    }

    /** The Euclidean length of the gradient of all trainable parameters; summed in an order that never changes. */
    public double gradientNorm() {
        double sum = 0;
        for (EngineParam p : trainable()) {
            sum += Elementwise.sumOfSquares(workers, p.gradient.buf);
        }
        return Math.sqrt(sum);
    }

    /** Sets all gradients to zero. */
    public void zeroGradients() {
        for (EngineParam p : trainable()) {
            Buf g = p.gradient.buf;
            workers.split(
                    g.length,
                    Elementwise.GRAIN,
                    (from, to) -> g.slice(from, to - from).fill(0f));
        }
    }

    /** Multiplies all gradients. */
    public void scaleGradients(double factor) {
        for (EngineParam p : trainable()) {
            Elementwise.axpy(workers, (float) factor, p.gradient.buf, 0f, p.gradient.buf);
        }
    }

    /**
     * The trainable numbers at {@code from} to {@code to} of the flat vectors, parameter by parameter, with an optimizer's numbers.
     *
     * @param state holds those, kind by kind: of each {@code to - from} numbers in the same order
     * @param kinds how many kinds there are
     */
    public List<ParameterStretch> stretches(long from, long to, INDArray state, int kinds) {
        List<ParameterStretch> all = new ArrayList<>();
        for (EngineParam p : trainable()) {
            long first = Math.max(from, p.position());
            long end = Math.min(to, p.position() + p.size());
            if (first < end) {
                long[] at = new long[kinds];
                Arrays.setAll(at, k -> k * (to - from) + first - from);
                all.add(ParameterStretch.of(workers, p, first, end, state, at));
            }
        }
        return all;
    }
}
