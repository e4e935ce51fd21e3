package org.peft4j.engine;

import org.peft4j.api.MatrixSource;
import org.peft4j.api.Param;
import org.peft4j.api.ParamSpec;

/** A parameter on this engine. */
public final class EngineParam extends Tensor implements Param {
    private final String key;
    private final ParamSpec spec;
    private final MatrixSource source;
    private long position;

    EngineParam(String key, ParamSpec spec, MatrixSource source) {
        super(null, spec.shape().toArray(), null, spec.trainable());
        this.key = key;
        this.spec = spec;
        this.source = source;
    }

    void bind(Buf memory, Buf gradientMemory, long at) {
        this.value = memory;
        this.gradient = gradientMemory == null ? null : new Gradient(gradientMemory);
        this.position = at;
    }

    MatrixSource source() {
        return source;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public ParamSpec spec() {
        return spec;
    }

    /** Where it starts in its set's flat vectors. */
    public long position() {
        return position;
    }

    /** A copy of its gradient. */
    public float[] gradientArray() {
        return gradient.buf.toArray();
    }

    /** Replaces its values. */
    public void assign(float[] values) {
        if (values.length != size()) {
            throw new IllegalArgumentException(values.length + " values for " + key + " " + this);
        }
        value().put(0, values, 0, values.length);
    }

    /** Copies some of its values, row-major. */
    public void read(int from, float[] into, int offset, int count) {
        value().get(from, into, offset, count);
    }

    /** Whether every value is a finite number. */
    public boolean finite() {
        return Elementwise.finite(value());
    }
}
