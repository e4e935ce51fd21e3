package org.peft4j.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.ModelOps;
import org.peft4j.engine.Tensor;

/** Norm and gated feed-forward: the kernels of a layer that are bound by memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Elementwise {
    private EngineParam stream;
    private EngineParam norm;
    private EngineParam gate;
    private EngineParam up;

    /** Makes the tensors. */
    @Setup(Level.Trial)
    public void prepare(Workbench bench) {
        Workbench.Sizes s = bench.sizes();
        stream = bench.tensor("stream", s.tokens(), s.hidden());
        norm = bench.tensor("norm", s.hidden());
        gate = bench.tensor("gate", s.tokens(), s.inner());
        up = bench.tensor("up", s.tokens(), s.inner());
        bench.allocate();
    }

    /** RMSNorm. */
    @Benchmark
    public Tensor rmsNorm(Workbench bench) {
        return bench.forward(tape -> tape.ops().rmsNorm(stream, norm, 1e-5));
    }

    /** RMSNorm and its gradients. */
    @Benchmark
    public void rmsNormAndBackward(Workbench bench) {
        bench.forwardAndBackward(tape -> tape.ops().rmsNorm(stream, norm, 1e-5));
    }

    /** SwiGLU. */
    @Benchmark
    public Tensor swiglu(Workbench bench) {
        return bench.forward(tape -> ModelOps.swiglu(tape, gate, up));
    }

    /** SwiGLU and its gradients. */
    @Benchmark
    public void swigluAndBackward(Workbench bench) {
        bench.forwardAndBackward(tape -> ModelOps.swiglu(tape, gate, up));
    }
}
