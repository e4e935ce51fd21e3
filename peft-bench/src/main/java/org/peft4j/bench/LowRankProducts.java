package org.peft4j.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.Tensor;

/** {@code y + (x a^T) b^T} at the size of a query projection; y is copied first, as nothing may be lost of it here. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LowRankProducts {
    /** Rows of a. */
    @Param({"8", "64"})
    public int rank;

    private EngineParam x;
    private EngineParam y;
    private EngineParam a;
    private EngineParam b;

    /** Makes the tensors. */
    @Setup(Level.Trial)
    public void prepare(Workbench bench) {
        int hidden = bench.sizes().hidden();
        x = bench.tensor("x", bench.sizes().tokens(), hidden);
        y = bench.tensor("y", bench.sizes().tokens(), hidden);
        a = bench.tensor("a", rank, hidden);
        b = bench.tensor("b", hidden, rank);
        bench.allocate();
    }

    /** The sum. */
    @Benchmark
    public Tensor forward(Workbench bench) {
        return bench.forward(tape -> tape.ops().addLowRank(y, x, a, b, 2.0));
    }

    /** The sum and all gradients. */
    @Benchmark
    public void forwardAndBackward(Workbench bench) {
        bench.forwardAndBackward(tape -> tape.ops().addLowRank(y, x, a, b, 2.0));
    }
}
